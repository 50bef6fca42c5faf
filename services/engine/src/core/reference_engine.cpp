#include "core/reference_engine.hpp"

#include <algorithm>

namespace engine {

std::vector<std::string> ReferenceEngine::apply(const Request& request, Offset in) {
  said_.clear();
  in_ = in;
  if (const auto* order = std::get_if<NewOrder>(&request)) {
    ts_ = order->ts;
    place(*order);
  } else if (const auto* gone = std::get_if<CancelOrder>(&request)) {
    ts_ = gone->ts;
    cancel(*gone);
  } else {
    limits_ = std::get<SetLimits>(request).limits;
  }
  return said_;
}

void ReferenceEngine::place(const NewOrder& order) {
  if (!ids_.insert(std::string(order.id)).second)
    return say(Duplicate{order.id, order.account, order.symbol});
  const std::string why = reason(order);
  if (!why.empty()) return say(Rejected{order.id, order.account, order.symbol, why});
  if (order.ref > 0) ref(order.symbol) = order.ref;
  say(Accepted{order.id, order.account, order.symbol, order.side, order.price, order.qty});

  Qty leaves = order.qty;
  bool met_itself = false;
  while (leaves > 0 && !met_itself) {
    const std::size_t at = best_maker(order);
    if (at == open_.size()) break;
    Open& maker = open_[at];
    met_itself = maker.account == order.account;
    if (met_itself) break;
    const Qty qty = leaves < maker.leaves ? leaves : maker.leaves;
    leaves -= qty;
    maker.leaves -= qty;
    ref(order.symbol) = maker.price;
    say(Fill{++match_, order.symbol, maker.price, qty, order.id, order.account, order.side, leaves, maker.id,
             maker.account, maker.leaves});
    if (maker.leaves == 0) open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  if (leaves == 0) return;
  if (order.tif == Tif::ioc || met_itself) return say(Expired{order.id, order.account, order.symbol, leaves});
  open_.push_back({std::string(order.id), std::string(order.account), std::string(order.symbol), order.side,
                   order.price, leaves});
}

void ReferenceEngine::cancel(const CancelOrder& c) {
  if (!ids_.insert(std::string(c.id)).second) return say(Duplicate{c.id, c.account, c.symbol});
  const auto at = std::ranges::find(open_, std::string(c.target), &Open::id);
  std::string why;
  if (at == open_.end())
    why = ids_.contains(std::string(c.target)) ? "done" : "unknown";
  else if (at->account != c.account)
    why = "not_owner";
  if (!why.empty()) return say(CancelRejected{c.id, c.target, c.account, c.symbol, why});
  say(Cancelled{at->id, at->account, at->symbol, at->leaves});
  open_.erase(at);
}

std::string ReferenceEngine::reason(const NewOrder& o) const {
  if (o.qty <= 0) return "qty";
  if (o.price <= 0) return "price";
  if (static_cast<Wide>(o.price) * o.qty / kScale > limits_.max_notional) return "notional";
  const Wide seen = o.ref > 0 ? o.ref : ref(o.symbol);
  const Wide away = o.price > seen ? o.price - seen : seen - o.price;
  if (seen > 0 && away * 10'000 > seen * limits_.collar_bps) return "collar";
  const auto mine = std::ranges::count(open_, std::string(o.account), &Open::account);
  if (o.tif == Tif::gtc && mine >= limits_.max_open_orders) return "open_orders";
  return "";
}

// The first of the best price: the list is ordered by age.
std::size_t ReferenceEngine::best_maker(const NewOrder& taker) const {
  std::size_t best = open_.size();
  for (std::size_t i = 0; i < open_.size(); ++i) {
    const Open& maker = open_[i];
    if (maker.symbol != taker.symbol || maker.side == taker.side) continue;
    const bool buying = taker.side == Side::buy;
    if (buying ? maker.price > taker.price : maker.price < taker.price) continue;
    const bool better =
        best == open_.size() || (buying ? maker.price < open_[best].price : maker.price > open_[best].price);
    if (better) best = i;
  }
  return best;
}

Price& ReferenceEngine::ref(std::string_view symbol) {
  for (auto& [name, price] : refs_)
    if (name == symbol) return price;
  return refs_.emplace_back(std::string(symbol), 0).second;
}

Price ReferenceEngine::ref(std::string_view symbol) const {
  for (const auto& [name, price] : refs_)
    if (name == symbol) return price;
  return 0;
}

void ReferenceEngine::say(decltype(Event::body) body) {
  std::string text;
  write(text, Event{++seq_, in_, ts_, body});
  said_.push_back(std::move(text));
}

}  // namespace engine
