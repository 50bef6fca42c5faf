#pragma once

#include <set>
#include <string>
#include <vector>

#include "messages/messages.hpp"

namespace engine {

// The contract again, as plainly as it can be said: one list of orders, searched from end to end each time.
// Only the tests use it, to judge the real engine.
class ReferenceEngine {
 public:
  std::vector<std::string> apply(const Request& request, Offset in);

 private:
  struct Open {
    std::string id, account, symbol;
    Side side;
    Price price;
    Qty leaves;
  };
  void place(const NewOrder& order);
  void cancel(const CancelOrder& cancel);
  std::string reason(const NewOrder& order) const;
  std::size_t best_maker(const NewOrder& taker) const;
  Price& ref(std::string_view symbol);
  Price ref(std::string_view symbol) const;
  void say(decltype(Event::body) body);

  std::vector<Open> open_;  // oldest first
  std::set<std::string> ids_;
  std::vector<std::pair<std::string, Price>> refs_;
  Limits limits_{100'000'000'000'000, 1'000, 500};
  std::int64_t seq_ = 0, match_ = 0, ts_ = 0;
  Offset in_ = 0;
  std::vector<std::string> said_;
};

}  // namespace engine
