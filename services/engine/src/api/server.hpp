#pragma once

#include <functional>
#include <memory>

#include "journal/session.hpp"

namespace engine {

// All that listens, on one thread: metrics and probes, REST, WebSocket. The thread never waits for the state
// loop.
class Server {
 public:
  // Takes the ports; throws ConfigError when one cannot be had or the certificate cannot be used.
  Server(const Config& config, Mailbox& mailbox, Health& health, Metrics& metrics);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void on_stop_signal(std::function<void(int signal)> action);  // SIGTERM, SIGINT
  void run();                                                   // until stop()
  void stop();                // from any thread: gives answers under way a moment, then ends
  void publish(Batch batch);  // from any thread

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace engine
