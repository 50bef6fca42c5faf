#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace engine {

// A seeded journal that keeps the book busy: makers and takers around one price, cancels of live, done,
// foreign and unknown orders, repeated ids, orders beyond every limit, changed limits. As canonical bytes.
std::vector<std::string> random_journal(std::uint64_t seed, std::size_t records);

}  // namespace engine
