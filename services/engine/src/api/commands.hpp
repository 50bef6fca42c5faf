#pragma once

#include <boost/json.hpp>
#include <string>

#include "api/http.hpp"
#include "journal/mailbox.hpp"
#include "ops/health.hpp"

namespace engine {

// What clients may ask for, the same over REST and WebSocket. All throw ApiError; all run on the network
// thread and wait there, bounded, for the state loop.
class Commands {
 public:
  Commands(Mailbox& mailbox, const Health& health) : mailbox_(mailbox), health_(health) {}

  // {"account","client_id","symbol","side","price","qty"[,"tif"]}, prices and quantities as decimal strings.
  asio::awaitable<std::string> place(boost::json::object order, Origin origin);
  asio::awaitable<std::string> cancel(std::string account, std::string target, std::string client_id,
                                      Origin origin);
  asio::awaitable<std::string> show_order(std::string id);
  asio::awaitable<std::string> show_book(std::string symbol, std::string depth);

 private:
  asio::awaitable<std::string> enter(Submission submission);
  asio::awaitable<std::string> query(std::function<std::string(const Engine&)> look);
  void require_ready() const;

  Mailbox& mailbox_;
  const Health& health_;
  std::uint64_t cancels_ = 0;
};

}  // namespace engine
