#pragma once

#include <array>
#include <cstddef>
#include <memory_resource>
#include <string>

#include "ops/metrics.hpp"

namespace engine {

// Memory in huge pages, all of it taken and touched at once: a page that turns out to be missing later would
// end the process. Where they can't be had, and for what they don't hold, memory is ordinary. For one thread.
class HugePages final : public std::pmr::memory_resource {
 public:
  HugePages(std::size_t pages, std::size_t page_mib, Gauge& taken, Gauge& used);
  ~HugePages() override;
  HugePages(const HugePages&) = delete;
  HugePages& operator=(const HugePages&) = delete;

  const std::string& trouble() const { return trouble_; }  // why there are none; empty where there are

 private:
  struct Freed {
    Freed* next;
  };

  void take(std::size_t bytes, std::size_t page_mib);
  void* do_allocate(std::size_t bytes, std::size_t alignment) override;
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override;
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

  std::byte* begin_ = nullptr;
  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
  std::array<Freed*, 64> freed_{};  // by size: two to the power of the index
  Gauge& used_;
  std::string trouble_;
};

}  // namespace engine
