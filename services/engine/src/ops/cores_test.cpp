#include "ops/cores.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace engine {
namespace {

int allowed() {
  cpu_set_t set;
  EXPECT_EQ(sched_getaffinity(0, sizeof set, &set), 0);
  return CPU_COUNT(&set);
}

TEST(Cores, TheLastIsForOneThreadAndTheOthersForTheRest) {
  const Cores cores;
  ASSERT_GE(cores.count(), 1U);
  std::thread([&] {
    cores.keep_off_last();
    const int others = allowed();
    EXPECT_EQ(others, cores.count() == 1 ? 1 : static_cast<int>(cores.count()) - 1);
    {
      const OnLastCore alone(&cores);
      EXPECT_EQ(allowed(), 1);
    }
    EXPECT_EQ(allowed(), others);
    const OnLastCore nowhere(nullptr);
    EXPECT_EQ(allowed(), others);
  }).join();
  EXPECT_EQ(allowed(), static_cast<int>(cores.count()));
}

}  // namespace
}  // namespace engine
