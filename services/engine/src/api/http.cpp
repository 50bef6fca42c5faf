#include "api/http.hpp"

#include "ops/log.hpp"

namespace engine {
namespace {

constexpr auto kQuiet =
    asio::as_tuple(asio::use_awaitable);  // errors as values: a client that goes is no exception

// What to tell a client whose request could not even be read; nothing to tell: the connection just ends.
std::optional<ApiError> unreadable(const beast::error_code& error, const ClientLimits& limits) {
  if (error == http::error::body_limit)
    return ApiError{http::status::payload_too_large, "the body is too large", "more than allowed",
                    "at most " + std::to_string(limits.body_bytes) + " bytes",
                    "send one command per request"};
  if (error == http::error::header_limit)
    return ApiError{http::status::request_header_fields_too_large, "the header is too large",
                    "more than allowed", "at most " + std::to_string(limits.header_bytes) + " bytes",
                    "send fewer or shorter header fields"};
  if (error.category() == make_error_code(http::error::bad_method).category() &&
      error != http::error::end_of_stream && error != http::error::partial_message)
    return ApiError{http::status::bad_request, "this is not HTTP: " + error.message(), "unreadable bytes",
                    "HTTP/1.1", "use an HTTP client"};
  return std::nullopt;
}

void count(Metrics& metrics, http::status status) {
  const auto code = static_cast<unsigned>(status);
  metrics.requests.add(code < 300    ? "2xx"
                       : code == 400 ? "400"
                       : code == 404 ? "404"
                       : code < 500  ? "4xx"
                       : code == 503 ? "503"
                                     : "5xx");
}

asio::awaitable<Response> guarded(const Handler& handler, HttpRequest request) {
  try {
    co_return co_await handler(std::move(request));
  } catch (const ApiError& error) {
    co_return respond(error.status, error_json(error));
  } catch (const std::exception& error) {
    log(Level::error, "a request failed", {{"reason", error.what()}});
    co_return respond(http::status::internal_server_error,
                      error_json({http::status::internal_server_error, "the engine failed to answer",
                                  "this request", "any request", "report it with the engine's log"}));
  }
}

}  // namespace

std::string error_json(const ApiError& error) {
  return R"({"error":{"what":)" + json_quoted(error.what) + R"(,"given":)" + json_quoted(error.given) +
         R"(,"allowed":)" + json_quoted(error.allowed) + R"(,"remedy":)" + json_quoted(error.remedy) + "}}";
}

Response respond(http::status status, std::string body, std::string_view type) {
  Response response(status, 11);
  response.set(http::field::content_type, std::string(type));
  response.body() = std::move(body);
  response.prepare_payload();
  return response;
}

bool Gate::enter() {
  if (open_ >= limit_) {
    metrics_.clients_refused.add("connections");
    return false;
  }
  ++open_;
  metrics_.connections.fetch_add(1);
  return true;
}

Tcp::acceptor listen(asio::io_context& io, std::uint16_t port) {
  const Tcp::endpoint everywhere(asio::ip::address_v4::any(), port);
  Tcp::acceptor acceptor(io, everywhere.protocol());
  acceptor.set_option(asio::socket_base::reuse_address(true));
  acceptor.bind(everywhere);
  acceptor.listen();
  return acceptor;
}

asio::awaitable<void> accept_all(Tcp::acceptor& acceptor, Gate& gate, OnConnection on_connection) {
  const auto executor = co_await asio::this_coro::executor;
  while (acceptor.is_open()) {
    auto [error, socket] = co_await acceptor.async_accept(kQuiet);
    if (error == asio::error::operation_aborted) co_return;
    if (error) {  // out of descriptors, or the client is gone already
      asio::steady_timer pause(executor, std::chrono::milliseconds(50));
      co_await pause.async_wait(kQuiet);
      continue;
    }
    if (!gate.enter()) continue;  // closes the socket
    asio::co_spawn(executor, on_connection(beast::tcp_stream(std::move(socket))),
                   [&gate](std::exception_ptr failure) {
                     gate.leave();
                     if (failure) log(Level::warn, "a connection ended by an exception");
                   });
  }
}

asio::awaitable<void> serve_http(beast::tcp_stream stream, const ClientLimits& limits, Metrics& metrics,
                                 const Handler& handler) {
  beast::flat_buffer buffer(limits.header_bytes + limits.body_bytes);
  for (bool open = true; open;) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(limits.header_bytes);
    parser.body_limit(limits.body_bytes);
    stream.expires_after(limits.read);
    const auto [error, size] = co_await http::async_read(stream, buffer, parser, kQuiet);
    if (error == beast::error::timeout) metrics.clients_refused.add("timeout");
    const auto complaint = error ? unreadable(error, limits) : std::nullopt;
    if (error && !complaint) break;
    open = !error && parser.get().keep_alive();
    if (complaint) metrics.clients_refused.add("size");

    stream.expires_never();  // the handler bounds its own wait
    Response response = complaint ? respond(complaint->status, error_json(*complaint))
                                  : co_await guarded(handler, parser.release());
    count(metrics, response.result());
    response.keep_alive(open);
    stream.expires_after(limits.write);
    const auto [failed, written] = co_await http::async_write(stream, response, kQuiet);
    if (failed) break;
  }
  beast::error_code ignored;
  stream.socket().shutdown(Tcp::socket::shutdown_send, ignored);
}

}  // namespace engine
