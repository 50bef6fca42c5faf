#include "messages/decimal.hpp"

#include <algorithm>
#include <limits>

namespace engine {
namespace {

constexpr std::size_t kDecimals = 8;

bool digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<std::int64_t> parse_decimal(std::string_view text) {
  const std::size_t dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  const std::string_view part = dot == std::string_view::npos ? "0" : text.substr(dot + 1);
  if (!digits(whole) || !digits(part) || whole.size() > 12 || part.size() > kDecimals) return std::nullopt;

  Wide value = 0;
  for (const char c : whole) value = value * 10 + (c - '0');
  for (std::size_t i = 0; i < kDecimals; ++i) value = value * 10 + (i < part.size() ? part[i] - '0' : 0);
  if (value > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::string format_decimal(Wide value) {
  std::string reversed;
  for (std::size_t i = 0; i <= kDecimals || value > 0; ++i, value /= 10) {
    if (i == kDecimals) reversed += '.';
    reversed += static_cast<char>('0' + static_cast<int>(value % 10));
  }
  std::string text(reversed.rbegin(), reversed.rend());
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace engine
