#pragma once

#include <boost/asio/ssl.hpp>
#include <boost/beast/ssl.hpp>
#include <deque>
#include <memory>
#include <set>
#include <string>

#include "api/commands.hpp"
#include "journal/session.hpp"

namespace engine {

using WebSocket = beast::websocket::stream<beast::ssl_stream<beast::tcp_stream>>;

// One client. Commands are answered one after the other; fills of subscribed symbols come in between.
class WsClient : public std::enable_shared_from_this<WsClient> {
 public:
  // A client that reads slower than this piles up is dropped: it must not cost the engine memory.
  static constexpr std::size_t kMaxQueuedBytes = 256 * 1024;
  // A longer message ends the connection at once, without the closing handshake it could drag out.
  static constexpr std::size_t kMaxMessageBytes = 4'096;

  WsClient(WebSocket socket, Commands& commands, Metrics& metrics);

  asio::awaitable<void> read_commands();
  bool wants(const std::string& symbol) const { return symbols_.contains(symbol); }
  void send(std::string message);
  void close();

 private:
  asio::awaitable<std::string> answer(std::string_view text);
  asio::awaitable<std::string> obey(const boost::json::object& command);
  asio::awaitable<void> write_queue();

  WebSocket socket_;
  Commands& commands_;
  Metrics& metrics_;
  std::set<std::string> symbols_;
  std::deque<std::string> queue_;
  std::size_t queued_bytes_ = 0;
  bool writing_ = false, closed_ = false;
};

// Everyone who may want fills.
class Hub {
 public:
  void join(const std::shared_ptr<WsClient>& client) { clients_.insert(client); }
  void leave(const std::shared_ptr<WsClient>& client) { clients_.erase(client); }
  void publish(const Batch& batch);
  void close_all();

 private:
  std::set<std::shared_ptr<WsClient>> clients_;
};

asio::ssl::context tls_context(const std::string& cert_file, const std::string& key_file);
asio::awaitable<void> serve_ws(beast::tcp_stream stream, asio::ssl::context& tls, const ClientLimits& limits,
                               Hub& hub, Commands& commands, Metrics& metrics);

}  // namespace engine
