#include "ops/huge_pages.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

#include "core/known_ids.hpp"

namespace engine {
namespace {

TEST(HugePages, WithoutAnyMemoryIsOrdinary) {
  Gauge taken{1}, used{0};
  HugePages pages(0, 2, taken, used);
  EXPECT_EQ(taken, 0);
  EXPECT_TRUE(pages.trouble().empty());
  KnownIds ids(&pages);
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(ids.insert(std::to_string(i)));
  EXPECT_EQ(used, 0);
}

TEST(HugePages, ThatNoHostHasAreSaidAndMemoryIsOrdinary) {
  Gauge taken{1}, used{0};
  HugePages pages(1'000'000, 1024, taken, used);
  EXPECT_EQ(taken, 0);
  EXPECT_FALSE(pages.trouble().empty());
  void* const block = pages.allocate(100, 64);
  std::memset(block, 1, 100);
  pages.deallocate(block, 100, 64);
  EXPECT_EQ(used, 0);
}

// Blocks of any size never overlap, keep their content, are aligned, and what is given back is used again.
void fill(HugePages& pages, const Gauge& used) {
  struct Block {
    unsigned char* at;
    std::size_t bytes, alignment;
    unsigned char mark;
  };
  std::mt19937 random(1);
  std::vector<Block> held;
  for (int round = 0; round < 20'000; ++round) {
    if (held.size() > 200 || (!held.empty() && random() % 2 == 0)) {
      std::swap(held[random() % held.size()], held.back());
      const Block block = held.back();
      for (std::size_t i = 0; i < block.bytes; ++i) ASSERT_EQ(block.at[i], block.mark);
      pages.deallocate(block.at, block.bytes, block.alignment);
      held.pop_back();
    } else {
      const std::size_t bytes = 1 + random() % 20'000, alignment = std::size_t{1} << random() % 8;
      auto* const at = static_cast<unsigned char*>(pages.allocate(bytes, alignment));
      ASSERT_EQ(reinterpret_cast<std::uintptr_t>(at) % alignment, 0U);
      const auto mark = static_cast<unsigned char>(random());
      std::memset(at, mark, bytes);
      held.push_back({at, bytes, alignment, mark});
    }
  }
  for (const Block& block : held) pages.deallocate(block.at, block.bytes, block.alignment);
  EXPECT_EQ(used, 0);
}

TEST(HugePages, HoldWhatIsPutThere) {
  Gauge taken{0}, used{0};
  HugePages pages(2, 2, taken, used);
  fill(pages, used);  // with ordinary memory where the host of the test has no huge pages
  if (taken == 0) GTEST_SKIP() << "no huge pages here: " << pages.trouble();
  EXPECT_EQ(taken, 4 << 20);
  KnownIds ids(&pages);
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(ids.insert(std::to_string(i)));
  EXPECT_GT(used, 10'000 * 16);
}

}  // namespace
}  // namespace engine
