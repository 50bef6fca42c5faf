#include "core/engine.hpp"

#include <algorithm>

namespace engine {
namespace {

bool crosses(Side taker, Price limit, Price maker) {
  return taker == Side::buy ? maker <= limit : maker >= limit;
}

template <typename Map>
auto* lookup(Map& map, std::string_view name) {
  const auto at = map.find(name);
  return at == map.end() ? nullptr : &at->second;
}

}  // namespace

void Engine::apply(const Request& request, Offset in) {
  in_ = in;
  std::visit(
      [this](const auto& record) {
        ts_ = record.ts;
        on(record);
      },
      request);
}

void Engine::on(const NewOrder& order) {
  if (!known_.insert(order.id)) return say(Duplicate{order.id, order.account, order.symbol});
  if (const auto reason = objection(order))
    return say(Rejected{order.id, order.account, order.symbol, *reason});

  Market& market = open_market(order.symbol);
  Account& account = open_account(order.account);
  if (order.ref > 0) market.ref = order.ref;
  say(Accepted{order.id, order.account, order.symbol, order.side, order.price, order.qty});

  bool self_trade = false;
  const Qty leaves = match(order, market, self_trade);
  if (leaves == 0) return;
  if (order.tif == Tif::ioc || self_trade)
    say(Expired{order.id, order.account, order.symbol, leaves});
  else
    rest(order, leaves, market, account);
}

void Engine::on(const CancelOrder& cancel) {
  if (!known_.insert(cancel.id)) return say(Duplicate{cancel.id, cancel.account, cancel.symbol});
  const auto refuse = [&](std::string_view reason) {
    say(CancelRejected{cancel.id, cancel.target, cancel.account, cancel.symbol, reason});
  };
  Resting* order = lookup(live_, cancel.target);
  if (!order) return refuse(known_.contains(cancel.target) ? "done" : "unknown");
  if (order->account->name != cancel.account) return refuse("not_owner");
  say(Cancelled{order->id, order->account->name, order->market->symbol, order->leaves});
  drop(*order);
}

// The first reason to refuse the order, in the order in which the contract lists the checks.
std::optional<std::string_view> Engine::objection(const NewOrder& order) const {
  const Account* account = lookup(accounts_, order.account);
  if (!market(order.symbol) && markets_.size() >= kMaxSymbols) return "symbol";
  if (!account && accounts_.size() >= kMaxAccounts) return "account";
  if (order.qty <= 0) return "qty";
  if (order.price <= 0) return "price";
  if (static_cast<Wide>(order.price) * order.qty / kScale > limits_.max_notional) return "notional";
  if (outside_collar(order)) return "collar";
  // An IOC never rests, so an account at its limit can still trade its way out.
  if (order.tif == Tif::gtc && (account ? account->open : 0) >= limits_.max_open_orders) return "open_orders";
  return std::nullopt;
}

bool Engine::outside_collar(const NewOrder& order) const {
  const Market* known = market(order.symbol);
  const Price ref = order.ref > 0 ? order.ref : known ? known->ref : 0;
  if (ref == 0) return false;
  const Wide distance = order.price > ref ? order.price - ref : ref - order.price;
  return distance * 10'000 > static_cast<Wide>(limits_.collar_bps) * ref;
}

// Trades against the other side, best price first, then oldest; returns what is left. Meeting an order of the
// same account ends the taker there: nobody trades with themselves.
Qty Engine::match(const NewOrder& order, Market& market, bool& self_trade) {
  Qty leaves = order.qty;
  while (leaves > 0) {
    Resting* maker = market.book.best(opposite(order.side));
    if (!maker || !crosses(order.side, order.price, maker->price)) break;
    if (maker->account->name == order.account) {
      self_trade = true;
      break;
    }
    const Qty qty = std::min(leaves, maker->leaves);
    leaves -= qty;
    maker->leaves -= qty;
    market.ref = maker->price;
    say(Fill{++matches_, order.symbol, maker->price, qty, order.id, order.account, order.side, leaves,
             maker->id, maker->account->name, maker->leaves});
    if (maker->leaves == 0) drop(*maker);
  }
  return leaves;
}

void Engine::rest(const NewOrder& order, Qty leaves, Market& market, Account& account) {
  const auto at = live_.try_emplace(std::pmr::string(order.id, live_.get_allocator())).first;
  Resting& resting = at->second;
  resting = {at->first, &account, &market, order.side, order.price, leaves};
  market.book.add(resting);
  ++account.open;
}

void Engine::drop(Resting& order) {
  order.market->book.remove(order);
  --order.account->open;
  live_.erase(live_.find(order.id));
}

Market& Engine::open_market(std::string_view symbol) {
  if (Market* known = lookup(markets_, symbol)) return *known;
  return markets_.try_emplace(std::string(symbol), Market{std::string(symbol)}).first->second;
}

Account& Engine::open_account(std::string_view name) {
  if (Account* known = lookup(accounts_, name)) return *known;
  return accounts_.try_emplace(std::string(name), Account{std::string(name)}).first->second;
}

const Resting* Engine::find(std::string_view id) const { return lookup(live_, id); }
const Market* Engine::market(std::string_view symbol) const { return lookup(markets_, symbol); }

}  // namespace engine
