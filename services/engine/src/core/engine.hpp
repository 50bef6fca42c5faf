#pragma once

#include <functional>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/book.hpp"
#include "core/known_ids.hpp"
#include "core/types.hpp"

namespace engine {

// In force until the journal's first limits record. Part of the contract like the message format: changing
// them would change what an old journal means.
constexpr Limits kInitialLimits{100'000'000'000'000, 1'000, 500};

// What one journal may name; an order beyond is rejected with "symbol" or "account".
constexpr std::size_t kMaxSymbols = 256;
constexpr std::size_t kMaxAccounts = 65'536;

// The matching state machine: a pure function from the journal's records to events. No clock, no I/O, no
// randomness, so that a replay says the same bytes again.
class Engine {
 public:
  using Emit = std::function<void(const Event&)>;  // an event's views hold during the call only

  // `memory` holds what is touched with every order; it must outlive the engine and is used by its thread
  // only.
  explicit Engine(Emit emit, std::pmr::memory_resource* memory = std::pmr::get_default_resource())
      : emit_(std::move(emit)), known_(memory), live_(memory) {}

  void apply(const Request& request, Offset in);

  const Limits& limits() const { return limits_; }
  std::int64_t seq() const { return seq_; }
  std::size_t live() const { return live_.size(); }
  std::size_t known() const { return known_.size(); }
  bool knows(std::string_view id) const { return known_.contains(id); }
  const Resting* find(std::string_view id) const;
  const Market* market(std::string_view symbol) const;
  const auto& markets() const { return markets_; }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  template <typename T>
  using ByName = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  void on(const NewOrder& order);
  void on(const CancelOrder& cancel);
  void on(const SetLimits& record) { limits_ = record.limits; }

  std::optional<std::string_view> objection(const NewOrder& order) const;
  bool outside_collar(const NewOrder& order) const;
  Qty match(const NewOrder& order, Market& market, bool& self_trade);
  void rest(const NewOrder& order, Qty leaves, Market& market, Account& account);
  void drop(Resting& order);
  Market& open_market(std::string_view symbol);
  Account& open_account(std::string_view name);
  template <typename Body>
  void say(Body body) {
    emit_(Event{++seq_, in_, ts_, body});
  }

  Emit emit_;
  Limits limits_ = kInitialLimits;
  KnownIds known_;
  std::pmr::unordered_map<std::pmr::string, Resting, Hash, std::equal_to<>> live_;
  ByName<Account> accounts_;
  ByName<Market> markets_;
  std::int64_t seq_ = 0, matches_ = 0;
  Offset in_ = 0;  // the record being applied
  std::int64_t ts_ = 0;
};

}  // namespace engine
