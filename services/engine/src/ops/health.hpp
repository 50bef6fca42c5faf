#pragma once

#include <atomic>
#include <cstdint>

#include "ops/clock.hpp"

namespace engine {

// Written by the state loop, read by the probes.
class Health {
 public:
  void beat() { beat_ns_ = steady_ns(); }
  // The loop never blocks for longer than a second or two, whatever Kafka does.
  bool alive() const { return steady_ns() - beat_ns_.load() < 15'000'000'000; }

  void set_ready(bool ready) { ready_ = ready; }
  void stop() { stop_ns_ = steady_ns(); }
  bool stopping() const { return stop_ns_ != 0; }
  bool stopping_for(std::int64_t ns) const { return stopping() && steady_ns() - stop_ns_.load() > ns; }
  bool ready() const { return ready_ && !stopping(); }

 private:
  std::atomic<std::int64_t> beat_ns_{steady_ns()};
  std::atomic<bool> ready_{false};
  std::atomic<std::int64_t> stop_ns_{0};
};

}  // namespace engine
