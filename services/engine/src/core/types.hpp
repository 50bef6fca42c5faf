#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

namespace engine {

// Prices, quantities and notionals are integers at scale 1e-8, so every instrument fits and nothing rounds.
using Price = std::int64_t;
using Qty = std::int64_t;
using Offset = std::int64_t;
__extension__ typedef __int128 Wide;  // a product of two 64-bit values
constexpr Wide kScale = 100'000'000;

enum class Side : std::uint8_t { buy, sell };
enum class Tif : std::uint8_t { gtc, ioc };
enum class Origin : std::uint8_t { risk, rest, ws };

constexpr Side opposite(Side side) { return side == Side::buy ? Side::sell : Side::buy; }

// --- what the journal `orders` holds. Strings are views: the bytes belong to the caller. ---

struct NewOrder {
  std::string_view id, account, symbol;
  Side side;
  Price price;
  Qty qty;
  Tif tif;
  Price ref;  // market price the sender saw; 0 = none given
  std::int64_t ts;
  Origin origin;
};

struct CancelOrder {
  std::string_view id, account, symbol, target;
  std::int64_t ts;
  Origin origin;
};

struct Limits {
  std::int64_t max_notional;
  std::int64_t max_open_orders;
  std::int64_t collar_bps;
  bool operator==(const Limits&) const = default;
};

// Limits are part of the journal: a replay must apply the limits an order was judged by, not today's.
struct SetLimits {
  std::string_view id;
  Limits limits;
  std::int64_t ts;
};

using Request = std::variant<NewOrder, CancelOrder, SetLimits>;

// --- what the engine says on `fills` ---

struct Accepted {
  std::string_view order, account, symbol;
  Side side;
  Price price;
  Qty qty;
};
struct Fill {
  std::int64_t match;
  std::string_view symbol;
  Price price;
  Qty qty;
  std::string_view taker, taker_account;
  Side taker_side;
  Qty taker_leaves;
  std::string_view maker, maker_account;
  Qty maker_leaves;
};
struct Cancelled {
  std::string_view order, account, symbol;
  Qty leaves;
};
struct Expired {
  std::string_view order, account, symbol;
  Qty leaves;
};
struct Rejected {
  std::string_view order, account, symbol, reason;
};
struct CancelRejected {
  std::string_view order, target, account, symbol, reason;
};
struct Duplicate {
  std::string_view order, account, symbol;
};

struct Event {
  std::int64_t seq;
  Offset in;
  std::int64_t ts;
  std::variant<Accepted, Fill, Cancelled, Expired, Rejected, CancelRejected, Duplicate> body;
};

}  // namespace engine
