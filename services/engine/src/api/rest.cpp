#include "api/rest.hpp"

#include "api/target.hpp"

namespace engine {
namespace {

Target target_of(const HttpRequest& request) {
  const auto target = parse_target(request.target());
  if (!target)
    throw ApiError{http::status::bad_request, "the request target is malformed",
                   std::string(request.target()).substr(0, 200), "a path with valid percent encoding",
                   "encode each byte as % and two hexadecimal digits"};
  return *target;
}

std::string query(const Target& target, const char* key, const char* fallback = nullptr) {
  const auto at = target.query.find(key);
  if (at != target.query.end()) return at->second;
  if (fallback) return fallback;
  throw ApiError{http::status::bad_request, std::string(key) + " is missing", "nothing",
                 std::string("?") + key + "=...", "add it to the query"};
}

boost::json::object parse_body(const std::string& body) {
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(body, error);
  if (error || !value.is_object())
    throw ApiError{http::status::bad_request, "the body is not a JSON object", body.substr(0, 100),
                   R"({"account","client_id","symbol","side","price","qty","tif"} as strings)",
                   "send valid JSON"};
  return std::move(value.as_object());
}

[[noreturn]] void unknown(const HttpRequest& request, const char* allowed) {
  throw ApiError{http::status::not_found, "no such resource",
                 std::string(request.method_string()) + " " + std::string(request.target()).substr(0, 200),
                 allowed, "check method and path"};
}

}  // namespace

asio::awaitable<Response> handle_api(Commands& commands, HttpRequest request) {
  const Target target = target_of(request);
  const http::verb verb = request.method();
  std::string body;
  if (target.resource == "orders" && target.name.empty() && verb == http::verb::post)
    body = co_await commands.place(parse_body(request.body()), Origin::rest);
  else if (target.resource == "orders" && !target.name.empty() && verb == http::verb::get)
    body = co_await commands.show_order(target.name);
  else if (target.resource == "orders" && !target.name.empty() && verb == http::verb::delete_)
    body = co_await commands.cancel(query(target, "account"), target.name, query(target, "client_id", ""),
                                    Origin::rest);
  else if (target.resource == "book" && !target.name.empty() && verb == http::verb::get)
    body = co_await commands.show_book(target.name, query(target, "depth", "10"));
  else
    unknown(request, "POST /orders, GET or DELETE /orders/{id}, GET /book/{symbol}");
  co_return respond(http::status::ok, std::move(body));
}

asio::awaitable<Response> handle_ops(const Health& health, const Metrics& metrics, HttpRequest request) {
  const auto state = [](bool good) {
    return respond(good ? http::status::ok : http::status::service_unavailable, good ? "ok\n" : "no\n",
                   "text/plain");
  };
  if (request.method() != http::verb::get) unknown(request, "GET /livez, /readyz, /metrics");
  if (request.target() == "/livez") co_return state(health.alive());
  if (request.target() == "/readyz") co_return state(health.ready());
  if (request.target() == "/metrics")
    co_return respond(http::status::ok, metrics.render(), "text/plain; version=0.0.4; charset=utf-8");
  unknown(request, "GET /livez, /readyz, /metrics");
}

}  // namespace engine
