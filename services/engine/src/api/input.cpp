#include "api/input.hpp"

#include <algorithm>

#include "messages/decimal.hpp"

namespace engine {

ApiError bad(std::string what, std::string given, std::string allowed, std::string remedy) {
  return {http::status::bad_request, std::move(what), given.substr(0, 200), std::move(allowed),
          std::move(remedy)};
}

std::string text(const boost::json::object& order, const char* key, const char* fallback) {
  const auto* value = order.if_contains(key);
  if (!value && fallback) return fallback;
  if (!value)
    throw bad(std::string(key) + " is missing", "nothing", "a string", "add \"" + std::string(key) + "\"");
  if (!value->is_string())
    throw bad(std::string(key) + " is not a string", boost::json::serialize(*value), "a string",
              "quote the value");
  return std::string(value->as_string());
}

std::int64_t amount(const boost::json::object& order, const char* key) {
  const std::string given = text(order, key);
  const auto value = parse_decimal(given);
  if (!value || *value == 0)
    throw bad(std::string(key) + " is not a positive decimal", given,
              "digits with at most eight decimals, as 61800.20",
              "write it without sign, exponent or separators");
  return *value;
}

std::string checked(const char* what, std::string given, bool (*fits)(std::string_view),
                    const char* allowed) {
  if (!fits(given)) throw bad(std::string(what) + " is malformed", given, allowed, "correct it");
  return given;
}
std::string checked_account(std::string given) {
  return checked("account", std::move(given), is_account, "1 to 32 of letters, digits, _ and -, not first");
}
std::string checked_symbol(std::string given) {
  return checked("symbol", std::move(given), is_symbol, "1 to 32 of A-Z, 0-9, _, . and -, as BTCUSDT");
}
std::string checked_id(const char* what, std::string given) {
  return checked(what, std::move(given), is_id,
                 "1 to 160 printable ASCII characters without space, quote and backslash");
}

void refuse_unknown_keys(const boost::json::object& order) {
  static constexpr std::string_view kKnown[] = {"account", "client_id", "symbol", "side",
                                                "price",   "qty",       "tif"};
  for (const auto& member : order)
    if (std::ranges::find(kKnown, std::string_view(member.key())) == std::end(kKnown))
      throw bad("unknown key", std::string(member.key()), "account, client_id, symbol, side, price, qty, tif",
                "leave it out");
}

}  // namespace engine
