#pragma once

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast.hpp>
#include <boost/beast/ssl.hpp>
#include <chrono>
#include <string>

namespace engine {

// Blocking clients as a customer would write them; each wait is bounded.
class RestClient {
 public:
  explicit RestClient(std::uint16_t port) : stream_(io_) {
    stream_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
    const timeval patience{20, 0};
    setsockopt(stream_.socket().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }

  boost::beast::http::response<boost::beast::http::string_body> ask(boost::beast::http::verb verb,
                                                                    const std::string& target,
                                                                    const std::string& body = "") {
    namespace http = boost::beast::http;
    http::request<http::string_body> request(verb, target, 11);
    request.set(http::field::host, "localhost");
    request.body() = body;
    request.prepare_payload();
    http::write(stream_, request);
    http::response<http::string_body> response;
    http::read(stream_, buffer_, response);
    return response;
  }
  boost::asio::ip::tcp::socket& socket() { return stream_.socket(); }

 private:
  boost::asio::io_context io_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
};

class SocketClient {
 public:
  explicit SocketClient(std::uint16_t port)
      : tls_(boost::asio::ssl::context::tls_client), socket_(io_, tls_) {
    auto& lowest = boost::beast::get_lowest_layer(socket_);
    lowest.connect({boost::asio::ip::make_address("127.0.0.1"), port});
    const timeval patience{20, 0};
    setsockopt(lowest.socket().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    socket_.next_layer().handshake(boost::asio::ssl::stream_base::client);
    socket_.handshake("localhost", "/");
  }
  void send(const std::string& message) { socket_.write(boost::asio::buffer(message)); }
  std::string receive() {
    boost::beast::flat_buffer buffer;
    socket_.read(buffer);
    return boost::beast::buffers_to_string(buffer.data());
  }
  std::string ask(const std::string& message) {
    send(message);
    return receive();
  }

 private:
  boost::asio::io_context io_;
  boost::asio::ssl::context tls_;
  boost::beast::websocket::stream<boost::beast::ssl_stream<boost::beast::tcp_stream>> socket_;
};

}  // namespace engine
