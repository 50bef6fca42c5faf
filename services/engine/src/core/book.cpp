#include "core/book.hpp"

namespace engine {

void Book::add(Resting& order) {
  Level& level = levels(order.side)[order.price];
  order.older = level.newest;
  order.newer = nullptr;
  (level.newest ? level.newest->newer : level.oldest) = &order;
  level.newest = &order;
}

void Book::remove(Resting& order) {
  if (order.older && order.newer) {
    order.older->newer = order.newer;
    order.newer->older = order.older;
    return;
  }
  Levels& side = levels(order.side);
  const auto at = side.find(order.price);
  Level& level = at->second;
  (order.older ? order.older->newer : level.oldest) = order.newer;
  (order.newer ? order.newer->older : level.newest) = order.older;
  if (!level.oldest) side.erase(at);
}

Resting* Book::best(Side side) const {
  const Levels& all = levels(side);
  if (all.empty()) return nullptr;
  return (side == Side::buy ? all.rbegin()->second : all.begin()->second).oldest;
}

std::vector<DepthLevel> Book::depth(Side side, std::size_t count) const {
  std::vector<DepthLevel> found;
  const auto take = [&](auto first, auto last) {
    for (; first != last && found.size() < count; ++first) {
      DepthLevel level{first->first, 0, 0};
      for (const Resting* order = first->second.oldest; order; order = order->newer) {
        level.qty += order->leaves;
        ++level.orders;
      }
      found.push_back(level);
    }
  };
  const Levels& all = levels(side);
  if (side == Side::buy)
    take(all.rbegin(), all.rend());
  else
    take(all.begin(), all.end());
  return found;
}

}  // namespace engine
