#include <charconv>

#include "messages/messages.hpp"

namespace engine {
namespace {

// One object, field after field.
class Writer {
 public:
  Writer(std::string& out, std::string_view kind) : out_(out) {
    out_ += R"({"v":1,"kind":")";
    out_ += kind;
    out_ += '"';
  }
  ~Writer() { out_ += '}'; }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  Writer& field(std::string_view key, std::string_view value) {
    open(key);
    out_ += '"';
    out_ += value;
    out_ += '"';
    return *this;
  }
  template <std::integral Integer>
  Writer& field(std::string_view key, Integer value) {
    open(key);
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out_.append(digits, end);
    return *this;
  }
  Writer& party(std::string_view account, std::string_view symbol) {
    return field("account", account).field("symbol", symbol);
  }

 private:
  void open(std::string_view key) {
    out_ += ",\"";
    out_ += key;
    out_ += "\":";
  }
  std::string& out_;
};

struct RequestWriter {
  std::string& out;
  void operator()(const NewOrder& o) const {
    Writer w(out, "new");
    w.field("id", o.id).party(o.account, o.symbol).field("side", name(o.side)).field("price", o.price);
    w.field("qty", o.qty).field("tif", name(o.tif)).field("ref", o.ref).field("ts", o.ts);
    w.field("origin", name(o.origin));
  }
  void operator()(const CancelOrder& c) const {
    Writer w(out, "cancel");
    w.field("id", c.id).party(c.account, c.symbol).field("target", c.target).field("ts", c.ts);
    w.field("origin", name(c.origin));
  }
  void operator()(const SetLimits& s) const {
    Writer w(out, "limits");
    w.field("id", s.id).field("max_notional", s.limits.max_notional);
    w.field("max_open_orders", s.limits.max_open_orders).field("collar_bps", s.limits.collar_bps);
    w.field("ts", s.ts);
  }
};

struct BodyWriter {
  Writer& w;
  void operator()(const Accepted& a) const {
    w.field("order", a.order).party(a.account, a.symbol).field("side", name(a.side));
    w.field("price", a.price).field("qty", a.qty);
  }
  void operator()(const Fill& f) const {
    w.field("match", f.match).field("symbol", f.symbol).field("price", f.price).field("qty", f.qty);
    w.field("taker", f.taker).field("taker_account", f.taker_account).field("taker_side", name(f.taker_side));
    w.field("taker_leaves", f.taker_leaves).field("maker", f.maker).field("maker_account", f.maker_account);
    w.field("maker_leaves", f.maker_leaves);
  }
  void operator()(const Cancelled& c) const { closed(c); }
  void operator()(const Expired& e) const { closed(e); }
  void operator()(const Rejected& r) const {
    w.field("order", r.order).party(r.account, r.symbol).field("reason", r.reason);
  }
  void operator()(const CancelRejected& r) const {
    w.field("order", r.order).field("target", r.target).party(r.account, r.symbol).field("reason", r.reason);
  }
  void operator()(const Duplicate& d) const { w.field("order", d.order).party(d.account, d.symbol); }

 private:
  void closed(const auto& c) const {
    w.field("order", c.order).party(c.account, c.symbol).field("leaves", c.leaves);
  }

 public:
  explicit BodyWriter(Writer& writer) : w(writer) {}
};

struct KindName {
  std::string_view operator()(const Accepted&) const { return "accepted"; }
  std::string_view operator()(const Fill&) const { return "fill"; }
  std::string_view operator()(const Cancelled&) const { return "cancelled"; }
  std::string_view operator()(const Expired&) const { return "expired"; }
  std::string_view operator()(const Rejected&) const { return "rejected"; }
  std::string_view operator()(const CancelRejected&) const { return "cancel_rejected"; }
  std::string_view operator()(const Duplicate&) const { return "duplicate"; }
};

}  // namespace

void write(std::string& out, const Request& request) { std::visit(RequestWriter{out}, request); }

void write(std::string& out, const Event& event) {
  Writer w(out, kind(event));
  w.field("seq", event.seq).field("in", event.in).field("ts", event.ts);
  std::visit(BodyWriter(w), event.body);
}

std::string_view name(Side side) { return side == Side::buy ? "buy" : "sell"; }
std::string_view name(Tif tif) { return tif == Tif::gtc ? "gtc" : "ioc"; }
std::string_view name(Origin origin) {
  return origin == Origin::risk ? "risk" : origin == Origin::rest ? "rest" : "ws";
}
std::string_view kind(const Event& event) { return std::visit(KindName{}, event.body); }
std::string_view symbol(const Event& event) {
  return std::visit([](const auto& body) { return body.symbol; }, event.body);
}

}  // namespace engine
