#pragma once

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "ops/metrics.hpp"

namespace engine {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Tcp = asio::ip::tcp;
using HttpRequest = http::request<http::string_body>;
using Response = http::response<http::string_body>;
using Handler = std::function<asio::awaitable<Response>(HttpRequest)>;

// A request that cannot be served, in the four parts a person needs to mend it.
struct ApiError {
  http::status status;
  std::string what, given, allowed, remedy;
};
std::string error_json(const ApiError& error);

Response respond(http::status status, std::string body, std::string_view type = "application/json");

// What is bounded for every client, so that none can starve the others or the engine.
struct ClientLimits {
  std::int64_t connections = 256;
  std::uint32_t header_bytes = 8'192;
  std::uint32_t body_bytes = 4'096;
  std::chrono::seconds read{30}, write{10};
};

// Counts open connections; refuses beyond the limit.
class Gate {
 public:
  Gate(Metrics& metrics, std::int64_t limit) : metrics_(metrics), limit_(limit) {}
  bool enter();
  void leave() {
    metrics_.connections.fetch_sub(1);
    --open_;
  }
  Metrics& metrics() { return metrics_; }

 private:
  Metrics& metrics_;
  std::int64_t limit_, open_ = 0;
};

// Listens on all addresses; a taken port is a boost::system::system_error.
Tcp::acceptor listen(asio::io_context& io, std::uint16_t port);

using OnConnection = std::function<asio::awaitable<void>(beast::tcp_stream)>;
asio::awaitable<void> accept_all(Tcp::acceptor& acceptor, Gate& gate, OnConnection on_connection);
asio::awaitable<void> serve_http(beast::tcp_stream stream, const ClientLimits& limits, Metrics& metrics,
                                 const Handler& handler);

}  // namespace engine
