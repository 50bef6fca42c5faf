#include <array>

#include "messages/messages.hpp"
#include "messages/scanner.hpp"

namespace engine {
namespace {

// Kinds and reasons.
bool is_word(std::string_view text) { return is_id(text); }

template <typename Enum, std::size_t N>
void choice(Scanner& in, Enum& value, const std::array<Enum, N>& all) {
  for (const Enum candidate : all) {
    if (!in.accept(name(candidate))) continue;
    value = candidate;
    in.expect("\"");
    return;
  }
  in.expect("?");  // fails: none fits
}
void read(Scanner& in, Side& side) { choice(in, side, std::array{Side::buy, Side::sell}); }
void read(Scanner& in, Tif& tif) { choice(in, tif, std::array{Tif::gtc, Tif::ioc}); }
void read(Scanner& in, Origin& o) { choice(in, o, std::array{Origin::risk, Origin::rest, Origin::ws}); }

void party(Scanner& in, std::string_view& account, std::string_view& symbol) {
  in.expect(R"(,"account":")").text(account, is_account).expect(R"(,"symbol":")").text(symbol, is_symbol);
}
void reason(Scanner& in, std::string_view& reason) { in.expect(R"(,"reason":")").text(reason, is_word); }

NewOrder new_order(Scanner& in) {
  NewOrder o{};
  in.expect(R"(,"id":")").text(o.id, is_id);
  party(in, o.account, o.symbol);
  in.expect(R"(,"side":")");
  read(in, o.side);
  in.expect(R"(,"price":)").natural(o.price).expect(R"(,"qty":)").natural(o.qty).expect(R"(,"tif":")");
  read(in, o.tif);
  in.expect(R"(,"ref":)").natural(o.ref).expect(R"(,"ts":)").natural(o.ts).expect(R"(,"origin":")");
  read(in, o.origin);
  return o;
}

CancelOrder cancel_order(Scanner& in) {
  CancelOrder c{};
  in.expect(R"(,"id":")").text(c.id, is_id);
  party(in, c.account, c.symbol);
  in.expect(R"(,"target":")").text(c.target, is_id).expect(R"(,"ts":)").natural(c.ts);
  in.expect(R"(,"origin":")");
  read(in, c.origin);
  return c;
}

SetLimits set_limits(Scanner& in) {
  SetLimits s{};
  in.expect(R"(,"id":")").text(s.id, is_id);
  in.expect(R"(,"max_notional":)").natural(s.limits.max_notional);
  in.expect(R"(,"max_open_orders":)").natural(s.limits.max_open_orders);
  in.expect(R"(,"collar_bps":)").natural(s.limits.collar_bps);
  in.expect(R"(,"ts":)").natural(s.ts);
  return s;
}

Accepted accepted(Scanner& in) {
  Accepted a{};
  in.expect(R"(,"order":")").text(a.order, is_id);
  party(in, a.account, a.symbol);
  in.expect(R"(,"side":")");
  read(in, a.side);
  in.expect(R"(,"price":)").natural(a.price).expect(R"(,"qty":)").natural(a.qty);
  return a;
}

Fill fill(Scanner& in) {
  Fill f{};
  in.expect(R"(,"match":)").natural(f.match).expect(R"(,"symbol":")").text(f.symbol, is_symbol);
  in.expect(R"(,"price":)").natural(f.price).expect(R"(,"qty":)").natural(f.qty);
  in.expect(R"(,"taker":")").text(f.taker, is_id);
  in.expect(R"(,"taker_account":")").text(f.taker_account, is_account).expect(R"(,"taker_side":")");
  read(in, f.taker_side);
  in.expect(R"(,"taker_leaves":)").natural(f.taker_leaves).expect(R"(,"maker":")").text(f.maker, is_id);
  in.expect(R"(,"maker_account":")").text(f.maker_account, is_account);
  in.expect(R"(,"maker_leaves":)").natural(f.maker_leaves);
  return f;
}

template <typename Closed>  // Cancelled or Expired: they say the same
Closed closed(Scanner& in) {
  Closed c{};
  in.expect(R"(,"order":")").text(c.order, is_id);
  party(in, c.account, c.symbol);
  in.expect(R"(,"leaves":)").natural(c.leaves);
  return c;
}

Rejected rejected(Scanner& in) {
  Rejected r{};
  in.expect(R"(,"order":")").text(r.order, is_id);
  party(in, r.account, r.symbol);
  reason(in, r.reason);
  return r;
}

CancelRejected cancel_rejected(Scanner& in) {
  CancelRejected r{};
  in.expect(R"(,"order":")").text(r.order, is_id).expect(R"(,"target":")").text(r.target, is_id);
  party(in, r.account, r.symbol);
  reason(in, r.reason);
  return r;
}

Duplicate duplicate(Scanner& in) {
  Duplicate d{};
  in.expect(R"(,"order":")").text(d.order, is_id);
  party(in, d.account, d.symbol);
  return d;
}

template <typename Record>
std::optional<Request> whole(Scanner& in, const Record& record) {
  if (!in.expect("}").finished()) return std::nullopt;
  return record;
}

}  // namespace

std::optional<Request> parse_request(std::string_view text) {
  Scanner in(text);
  in.expect(R"({"v":1,"kind":")");
  if (in.accept("new\"")) return whole(in, new_order(in));
  if (in.accept("cancel\"")) return whole(in, cancel_order(in));
  if (in.accept("limits\"")) return whole(in, set_limits(in));
  return std::nullopt;
}

std::optional<Event> parse_event(std::string_view text) {
  Scanner in(text);
  std::string_view kind;
  Event event{};
  in.expect(R"({"v":1,"kind":")").text(kind, is_word).expect(R"(,"seq":)").natural(event.seq);
  in.expect(R"(,"in":)").natural(event.in).expect(R"(,"ts":)").natural(event.ts);
  if (kind == "accepted")
    event.body = accepted(in);
  else if (kind == "fill")
    event.body = fill(in);
  else if (kind == "cancelled")
    event.body = closed<Cancelled>(in);
  else if (kind == "expired")
    event.body = closed<Expired>(in);
  else if (kind == "rejected")
    event.body = rejected(in);
  else if (kind == "cancel_rejected")
    event.body = cancel_rejected(in);
  else if (kind == "duplicate")
    event.body = duplicate(in);
  else
    return std::nullopt;
  if (!in.expect("}").finished()) return std::nullopt;
  return event;
}

}  // namespace engine
