#pragma once

#include <cstdint>
#include <string>

#include "journal/kafka.hpp"

namespace engine {

// The last event that was committed: what is said up to here is never said again.
struct Tail {
  std::int64_t seq = 0;  // 0: nothing was ever published
  std::string value;
};

Tail read_tail(const KafkaSettings& settings, const Tick& tick);

}  // namespace engine
