#include "api/commands.hpp"

#include <charconv>

#include "api/input.hpp"
#include "api/views.hpp"
#include "messages/messages.hpp"
#include "ops/log.hpp"

namespace engine {
namespace {

constexpr std::chrono::seconds kPatience{5};

ApiError unavailable(std::string what, std::string remedy) {
  return {http::status::service_unavailable, std::move(what), "a command",
          "commands while /readyz answers 200", std::move(remedy)};
}

ApiError no_such_order(const std::string& id) {
  return {http::status::not_found, "no such order", id, "the id of an order sent before",
          "check the id: <account>:<client_id>"};
}

// Starts something that answers on another thread, and waits for the answer on this one.
template <typename Answer, typename Start>
asio::awaitable<std::optional<Answer>> await_answer(Start start) {
  struct Pending {
    asio::steady_timer timer;
    std::optional<Answer> answer;
  };
  const auto executor = co_await asio::this_coro::executor;
  const auto pending =
      std::make_shared<Pending>(Pending{asio::steady_timer(executor, kPatience), std::nullopt});
  start([pending, executor](Answer answer) {
    asio::post(executor, [pending, answer = std::move(answer)]() mutable {
      pending->answer = std::move(answer);
      pending->timer.cancel();
    });
  });
  co_await pending->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return std::move(pending->answer);
}

}  // namespace

asio::awaitable<std::string> Commands::place(boost::json::object order, Origin origin) {
  refuse_unknown_keys(order);
  const std::string account = checked_account(text(order, "account"));
  const std::string symbol = checked_symbol(text(order, "symbol"));
  const std::string id =
      checked_id("client_id", account + ":" + checked_id("client_id", text(order, "client_id")));
  const NewOrder record{id,
                        account,
                        symbol,
                        choice(order, "side", nullptr, Side::buy, Side::sell),
                        amount(order, "price"),
                        amount(order, "qty"),
                        choice(order, "tif", "gtc", Tif::gtc, Tif::ioc),
                        0,
                        wall_ns(),
                        origin};
  Submission submission{id, symbol, {}, nullptr};
  write(submission.value, record);
  co_return co_await enter(std::move(submission));
}

// Without a client id every attempt to cancel is a record of its own: an earlier one may have come too early.
asio::awaitable<std::string> Commands::cancel(std::string account, std::string target, std::string client_id,
                                              Origin origin) {
  checked_account(account);
  checked_id("order id", target);
  const std::int64_t now = wall_ns();
  if (client_id.empty()) client_id = "cancel-" + std::to_string(now) + "-" + std::to_string(++cancels_);
  const std::string id = checked_id("client_id", account + ":" + client_id);
  const std::string symbol = co_await query([target](const Engine& engine) -> std::string {
    const Resting* resting = engine.find(target);
    return resting ? resting->market->symbol : engine.knows(target) ? "done" : "unknown";
  });
  if (symbol == "unknown") throw no_such_order(target);
  if (symbol == "done")
    throw ApiError{http::status::conflict, "the order is done", target, "an order that rests in a book",
                   "nothing is left to cancel"};
  Submission submission{id, symbol, {}, nullptr};
  write(submission.value, CancelOrder{id, account, symbol, target, now, origin});
  co_return co_await enter(std::move(submission));
}

asio::awaitable<std::string> Commands::show_order(std::string id) {
  checked_id("order id", id);
  const std::string shown = co_await query([id](const Engine& engine) { return order_json(engine, id); });
  if (shown.empty()) throw no_such_order(id);
  co_return shown;
}

asio::awaitable<std::string> Commands::show_book(std::string symbol, std::string depth) {
  checked_symbol(symbol);
  std::size_t levels = 0;
  const auto [end, error] = std::from_chars(depth.data(), depth.data() + depth.size(), levels);
  if (error != std::errc{} || end != depth.data() + depth.size() || levels < 1 || levels > 100)
    throw bad("depth is out of range", depth, "1 to 100", "leave it out for 10");
  const std::string shown =
      co_await query([symbol, levels](const Engine& engine) { return book_json(engine, symbol, levels); });
  if (shown.empty())
    throw ApiError{http::status::not_found, "no such symbol", symbol, "a symbol that had an order",
                   "check the symbol"};
  co_return shown;
}

asio::awaitable<std::string> Commands::enter(Submission submission) {
  require_ready();
  const std::string id = submission.id;
  const auto outcome = co_await await_answer<Outcome>([&](auto done) {
    submission.done = done;
    if (!mailbox_.submit(std::move(submission)))
      throw unavailable("too many commands are waiting", "retry in a second");
  });
  if (!outcome || !*outcome)
    throw unavailable("the outcome of " + id + " is not known yet: Kafka did not confirm it",
                      "send it again with the same client_id; a duplicate changes nothing");
  std::string events;
  for (const std::string& event : **outcome) events += (events.empty() ? "" : ",") + event;
  co_return R"({"id":)" + json_quoted(id) + R"(,"events":[)" + events + "]}";
}

asio::awaitable<std::string> Commands::query(std::function<std::string(const Engine&)> look) {
  require_ready();
  using Seen = std::optional<std::string>;
  // The look is copied: a client that gives up takes its frame with it while the state loop may still look.
  const auto seen = co_await await_answer<Seen>([&](auto done) {
    const bool taken =
        mailbox_.ask([done, look](const Engine* engine) { done(engine ? Seen(look(*engine)) : Seen()); });
    if (!taken) throw unavailable("too many commands are waiting", "retry in a second");
  });
  if (!seen || !*seen) throw unavailable("the engine is replaying its journal", "retry in a second");
  co_return **seen;
}

void Commands::require_ready() const {
  if (!health_.ready())
    throw unavailable("the engine is not ready: Kafka is away or the journal is being replayed",
                      "retry in a second");
}

}  // namespace engine
