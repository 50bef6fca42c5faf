#include "api/ws.hpp"

namespace engine {
namespace {

constexpr auto kQuiet = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kMaxSubscriptions = 32;  // subscriptions of one client

std::string field(const boost::json::object& command, const char* key, const char* fallback = nullptr) {
  const auto* value = command.if_contains(key);
  if (!value && fallback) return fallback;
  if (!value || !value->is_string())
    throw ApiError{http::status::bad_request, std::string(key) + " is missing or not a string",
                   value ? boost::json::serialize(*value) : "nothing", "a string",
                   std::string("add \"") + key + "\""};
  return std::string(value->as_string());
}

std::string wrapped(std::string_view op, const std::string& json) {
  return R"({"op":)" + json_quoted(op) + R"(,"result":)" + json + "}";
}

}  // namespace

WsClient::WsClient(WebSocket socket, Commands& commands, Metrics& metrics)
    : socket_(std::move(socket)), commands_(commands), metrics_(metrics) {}

asio::awaitable<void> WsClient::read_commands() {
  const auto self = shared_from_this();
  beast::flat_buffer buffer(kMaxMessageBytes);
  for (;;) {
    const auto [error, size] = co_await socket_.async_read(buffer, kQuiet);
    if (error == beast::websocket::error::buffer_overflow) metrics_.clients_refused.add("size");
    if (error) co_return close();
    const std::string text = beast::buffers_to_string(buffer.data());
    buffer.consume(buffer.size());
    send(co_await answer(text));
  }
}

asio::awaitable<std::string> WsClient::answer(std::string_view text) {
  boost::system::error_code malformed;
  const boost::json::value value = boost::json::parse(text, malformed);
  try {
    if (malformed || !value.is_object())
      throw ApiError{http::status::bad_request, "the message is not a JSON object",
                     std::string(text.substr(0, 100)),
                     R"({"op":"order|cancel|book|subscribe|unsubscribe",...})", "send valid JSON"};
    co_return co_await obey(value.as_object());
  } catch (const ApiError& error) {
    co_return error_json(error);
  }
}

asio::awaitable<std::string> WsClient::obey(const boost::json::object& command) {
  const std::string op = field(command, "op");
  if (op == "order") {
    boost::json::object order = command;
    order.erase("op");
    co_return wrapped(op, co_await commands_.place(std::move(order), Origin::ws));
  }
  if (op == "cancel")
    co_return wrapped(op, co_await commands_.cancel(field(command, "account"), field(command, "id"),
                                                    field(command, "client_id", ""), Origin::ws));
  if (op == "book")
    co_return wrapped(op,
                      co_await commands_.show_book(field(command, "symbol"), field(command, "depth", "10")));
  const std::string symbol = op == "subscribe" || op == "unsubscribe" ? field(command, "symbol") : "";
  if (symbol.empty())
    throw ApiError{http::status::bad_request, "unknown op or empty symbol", op,
                   "order, cancel, book, subscribe, unsubscribe", "use one of them"};
  if (op == "subscribe" && symbols_.size() >= kMaxSubscriptions)
    throw ApiError{http::status::bad_request, "too many subscriptions", symbol,
                   std::to_string(kMaxSubscriptions), "open another connection"};
  if (op == "subscribe")
    symbols_.insert(symbol);
  else
    symbols_.erase(symbol);
  co_return wrapped(op, json_quoted(symbol));
}

void WsClient::send(std::string message) {
  if (closed_) return;
  queued_bytes_ += message.size();
  if (queued_bytes_ > kMaxQueuedBytes) {
    metrics_.clients_refused.add("slow");
    return close();
  }
  queue_.push_back(std::move(message));
  if (writing_) return;
  writing_ = true;
  const auto self = shared_from_this();
  asio::co_spawn(socket_.get_executor(), [self] { return self->write_queue(); }, asio::detached);
}

asio::awaitable<void> WsClient::write_queue() {
  while (!queue_.empty()) {
    const std::string message = std::move(queue_.front());
    queue_.pop_front();
    const auto [error, size] = co_await socket_.async_write(asio::buffer(message), kQuiet);
    queued_bytes_ -= message.size();
    if (error) {
      close();
      break;
    }
  }
  writing_ = false;
}

void WsClient::close() {
  closed_ = true;
  beast::error_code ignored;
  beast::get_lowest_layer(socket_).socket().close(ignored);  // pending reads and writes end with an error
}

void Hub::publish(const Batch& batch) {
  for (const auto& client : clients_)
    for (const Published& event : *batch)
      if (event.kind == "fill" && client->wants(event.symbol)) client->send(event.value);
}

void Hub::close_all() {
  for (const auto& client : clients_) client->close();
}

asio::ssl::context tls_context(const std::string& cert_file, const std::string& key_file) {
  asio::ssl::context tls(asio::ssl::context::tls_server);
  tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                  asio::ssl::context::no_tlsv1_1);
  tls.use_certificate_chain_file(cert_file);
  tls.use_private_key_file(key_file, asio::ssl::context::pem);
  return tls;
}

asio::awaitable<void> serve_ws(beast::tcp_stream stream, asio::ssl::context& tls, const ClientLimits& limits,
                               Hub& hub, Commands& commands, Metrics& metrics) {
  WebSocket socket(std::move(stream), tls);
  beast::get_lowest_layer(socket).expires_after(limits.write);
  const auto [no_tls] = co_await socket.next_layer().async_handshake(asio::ssl::stream_base::server, kQuiet);
  if (no_tls) co_return;
  beast::get_lowest_layer(socket).expires_never();  // the WebSocket layer has time-outs and pings of its own
  socket.set_option(beast::websocket::stream_base::timeout::suggested(beast::role_type::server));
  const auto [no_upgrade] = co_await socket.async_accept(kQuiet);
  if (no_upgrade) co_return;
  const auto client = std::make_shared<WsClient>(std::move(socket), commands, metrics);
  hub.join(client);
  co_await client->read_commands();
  hub.leave(client);
}

}  // namespace engine
