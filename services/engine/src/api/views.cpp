#include "api/views.hpp"

#include "messages/decimal.hpp"
#include "messages/messages.hpp"
#include "ops/log.hpp"

namespace engine {
namespace {

std::string levels_json(const Book& book, Side side, std::size_t depth) {
  std::string out;
  for (const DepthLevel& level : book.depth(side, depth))
    out += (out.empty() ? "" : ",") + std::string("[") + json_quoted(format_decimal(level.price)) + "," +
           json_quoted(format_decimal(level.qty)) + "," + std::to_string(level.orders) + "]";
  return "[" + out + "]";
}

}  // namespace

std::string order_json(const Engine& engine, const std::string& id) {
  const Resting* order = engine.find(id);
  if (!order) return engine.knows(id) ? R"({"id":)" + json_quoted(id) + R"(,"state":"done"})" : "";
  return R"({"id":)" + json_quoted(id) + R"(,"state":"live","account":)" + json_quoted(order->account->name) +
         R"(,"symbol":)" + json_quoted(order->market->symbol) + R"(,"side":)" +
         json_quoted(name(order->side)) + R"(,"price":)" + json_quoted(format_decimal(order->price)) +
         R"(,"leaves":)" + json_quoted(format_decimal(order->leaves)) + "}";
}

std::string book_json(const Engine& engine, const std::string& symbol, std::size_t depth) {
  const Market* market = engine.market(symbol);
  if (!market) return "";
  return R"({"symbol":)" + json_quoted(symbol) + R"(,"seq":)" + std::to_string(engine.seq()) + R"(,"ref":)" +
         json_quoted(format_decimal(market->ref)) + R"(,"bids":)" +
         levels_json(market->book, Side::buy, depth) + R"(,"asks":)" +
         levels_json(market->book, Side::sell, depth) + "}";
}

}  // namespace engine
