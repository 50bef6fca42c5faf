#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

namespace engine {

struct Hash128 {
  std::uint64_t lo = 0, hi = 0;
  bool operator==(const Hash128&) const = default;
};

// SipHash-2-4 with a 128-bit result and a fixed key: the same id has the same hash in every run.
Hash128 siphash128(std::string_view text);

}  // namespace engine
