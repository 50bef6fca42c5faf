#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/types.hpp"

namespace engine {

struct Account {
  std::string name;
  std::int64_t open = 0;  // resting orders
};

struct Market;

// An order that rests in a book: a node of its price level's queue.
struct Resting {
  std::string_view id;  // the key under which the engine keeps the order
  Account* account = nullptr;
  Market* market = nullptr;
  Side side = Side::buy;
  Price price = 0;
  Qty leaves = 0;
  Resting* older = nullptr;
  Resting* newer = nullptr;
};

struct DepthLevel {
  Price price;
  Wide qty;
  std::size_t orders;
  bool operator==(const DepthLevel&) const = default;
};

// One symbol's resting orders in price-time priority. Owns no order.
class Book {
 public:
  void add(Resting& order);     // behind all others of its price
  void remove(Resting& order);  // constant time but for an emptied level
  Resting* best(Side side) const;
  std::vector<DepthLevel> depth(Side side, std::size_t levels) const;
  std::size_t level_count(Side side) const { return levels(side).size(); }

 private:
  struct Level {
    Resting* oldest = nullptr;
    Resting* newest = nullptr;
  };
  using Levels = std::map<Price, Level>;
  const Levels& levels(Side side) const { return side == Side::buy ? bids_ : asks_; }
  Levels& levels(Side side) { return side == Side::buy ? bids_ : asks_; }

  Levels bids_, asks_;  // both ascending by price: the best bid is the last, the best ask the first
};

struct Market {
  std::string symbol;
  Price ref = 0;  // last price seen: an accepted order's ref or a fill; 0 = none yet
  Book book{};
};

}  // namespace engine
