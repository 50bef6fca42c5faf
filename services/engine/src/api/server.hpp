#pragma once

#include <memory>
#include <optional>

#include "api/rest.hpp"
#include "api/ws.hpp"

namespace engine {

// All that listens, on one thread: metrics and probes, REST, WebSocket. The thread never waits for the state
// loop.
class Server {
 public:
  Server(const Config& config, Mailbox& mailbox, Health& health, Metrics& metrics);

  void run() { io_.run(); }   // until stop()
  void stop();                // from any thread: gives answers under way a moment, then ends
  void publish(Batch batch);  // from any thread
  asio::io_context& io() { return io_; }

 private:
  void accept(Tcp::acceptor& acceptor, Gate& gate, OnConnection on_connection);

  asio::io_context io_{1};
  ClientLimits limits_;
  Gate ops_gate_, client_gate_;  // probes are never locked out by clients
  Hub hub_;
  Commands commands_;
  Handler ops_handler_, api_handler_;
  std::optional<asio::ssl::context> tls_;
  Tcp::acceptor ops_, api_;
  std::optional<Tcp::acceptor> ws_;
};

}  // namespace engine
