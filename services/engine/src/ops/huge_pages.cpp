#include "ops/huge_pages.hpp"

#include <linux/mman.h>
#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <functional>
#include <new>

namespace engine {
namespace {

constexpr std::size_t kSmallest = 64;          // a cache line
constexpr std::size_t kMostAlignment = 4'096;  // what an ordinary page has; nobody asks for more

// Blocks are powers of two, so that one that is given back fits whoever asks for that size next.
std::size_t block_size(std::size_t bytes, std::size_t alignment) {
  return std::bit_ceil(std::max({bytes, alignment, kSmallest}));
}

std::size_t index_of(std::size_t size) { return static_cast<std::size_t>(std::countr_zero(size)); }

}  // namespace

HugePages::HugePages(std::size_t pages, std::size_t page_mib, Gauge& taken, Gauge& used) : used_(used) {
  if (pages > 0) take(pages * page_mib << 20U, page_mib);
  taken = end_ - begin_;
}

HugePages::~HugePages() {
  if (begin_) munmap(begin_, static_cast<std::size_t>(end_ - begin_));
}

void HugePages::take(std::size_t bytes, std::size_t page_mib) {
  const int size_flag = static_cast<int>(index_of(page_mib << 20U)) << MAP_HUGE_SHIFT;
  void* const at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | size_flag, -1, 0);
  if (at == MAP_FAILED) {
    trouble_ = std::strerror(errno);
    return;
  }
  // A limit on the pages counts when they are touched, by a signal that ends the process; asked this way, it
  // is an error.
  if (madvise(at, bytes, MADV_POPULATE_WRITE) != 0) {
    trouble_ = std::string("not all of them can be touched: ") + std::strerror(errno);
    munmap(at, bytes);
    return;
  }
  begin_ = next_ = static_cast<std::byte*>(at);
  end_ = begin_ + bytes;
}

void* HugePages::do_allocate(std::size_t bytes, std::size_t alignment) {
  if (alignment > kMostAlignment) return std::pmr::new_delete_resource()->allocate(bytes, alignment);
  const std::size_t size = block_size(bytes, alignment);
  Freed*& freed = freed_[index_of(size)];
  void* block = nullptr;
  if (freed) {
    block = freed;
    freed = freed->next;
  } else {
    // By the size and not by what is asked: the next to get the block may ask for more.
    const std::size_t boundary = std::min(size, kMostAlignment);
    const std::size_t offset = static_cast<std::size_t>(next_ - begin_);
    const std::size_t start = (offset + boundary - 1) / boundary * boundary;
    if (start + size > static_cast<std::size_t>(end_ - begin_))
      return std::pmr::new_delete_resource()->allocate(bytes, alignment);
    block = begin_ + start;
    next_ = begin_ + start + size;
  }
  used_.fetch_add(static_cast<std::int64_t>(size), std::memory_order_relaxed);
  return block;
}

void HugePages::do_deallocate(void* block, std::size_t bytes, std::size_t alignment) {
  const std::less<const void*> before;
  if (before(block, begin_) || !before(block, end_))
    return std::pmr::new_delete_resource()->deallocate(block, bytes, alignment);
  const std::size_t size = block_size(bytes, alignment);
  Freed*& freed = freed_[index_of(size)];
  freed = new (block) Freed{freed};
  used_.fetch_sub(static_cast<std::int64_t>(size), std::memory_order_relaxed);
}

}  // namespace engine
