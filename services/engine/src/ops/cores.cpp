#include "ops/cores.hpp"

#include <sys/mman.h>
#include <sys/resource.h>

namespace engine {

Cores::Cores() {
  // Machines with more cores than the set holds are left to the scheduler.
  if (sched_getaffinity(0, sizeof all_, &all_) != 0) return;
  count_ = static_cast<std::size_t>(CPU_COUNT(&all_));
  if (count_ < 2) return;
  std::size_t last = CPU_SETSIZE - 1;
  while (!CPU_ISSET(last, &all_)) --last;
  CPU_SET(last, &last_);
  others_ = all_;
  CPU_CLR(last, &others_);
}

void Cores::keep_to_last() const {
  if (count_ >= 2) sched_setaffinity(0, sizeof last_, &last_);
}

void Cores::keep_off_last() const {
  if (count_ >= 2) sched_setaffinity(0, sizeof others_, &others_);
}

bool lock_memory() {
  rlimit limit{};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur != RLIM_INFINITY) return false;
  // Only what is touched: librdkafka and the threads' stacks reserve far more than they use.
  return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
}

}  // namespace engine
