#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/types.hpp"

namespace engine {

// "61800.20" -> 6180020000000: a decimal string without sign or exponent, at most eight decimals, below 2^63
// at scale 1e-8. Nothing else is a price, a quantity or a notional to a person.
std::optional<std::int64_t> parse_decimal(std::string_view text);
std::string format_decimal(Wide value);

}  // namespace engine
