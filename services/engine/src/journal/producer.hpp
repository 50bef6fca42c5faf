#pragma once

#include <string>
#include <string_view>

#include "journal/kafka.hpp"

namespace engine {

// One transaction at a time. Whatever cannot be settled by asking again throws JournalError: the outcome of
// an unsettled commit is found by reading the topic, never guessed.
class Producer {
 public:
  // Fences a predecessor that still runs and ends the transaction it may have left open.
  Producer(const KafkaSettings& settings, Tick tick);

  void begin();
  void send(const Topic& topic, std::string_view key, std::string_view value);
  void commit();

  const Topic& orders() const { return orders_; }
  const Topic& fills() const { return fills_; }

 private:
  template <typename Call>
  void settle(const char* what, Call call);

  Tick tick_;
  Client client_;
  Topic orders_, fills_;
};

}  // namespace engine
