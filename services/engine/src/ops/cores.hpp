#pragma once

#include <sched.h>

#include <cstddef>

namespace engine {

// The cores this process was given. Isolated ones are not balanced: a thread stays where it was put.
class Cores {
 public:
  Cores();
  std::size_t count() const { return count_; }

  // Of the calling thread, and of all that it starts from then on. With one core there is nothing to choose.
  void keep_to_last() const;   // the state loop alone
  void keep_off_last() const;  // everything else

 private:
  cpu_set_t all_{}, last_{}, others_{};
  std::size_t count_ = 0;
};

// Pins the thread to the last core while it lives. What the thread starts in that time is pinned with it.
class OnLastCore {
 public:
  explicit OnLastCore(const Cores* cores) : cores_(cores) {
    if (cores_) cores_->keep_to_last();
  }
  ~OnLastCore() {
    if (cores_) cores_->keep_off_last();
  }
  OnLastCore(const OnLastCore&) = delete;
  OnLastCore& operator=(const OnLastCore&) = delete;

 private:
  const Cores* cores_;
};

// Keeps memory from being swapped. False where the limit on it is finite: a later allocation would fail by
// it.
bool lock_memory();

}  // namespace engine
