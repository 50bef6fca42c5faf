#include "journal/session.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <filesystem>
#include <future>
#include <random>

#include "core/random_journal.hpp"
#include "journal/test_cluster.hpp"
#include "messages/messages.hpp"
#include "ops/huge_pages.hpp"

namespace engine {
namespace {

// What a correct engine says to the records that are in `orders`, at the offsets they have on a broker
// without transaction markers.
std::vector<std::string> expected(const std::vector<std::string>& records) {
  std::vector<std::string> said;
  Engine engine([&](const Event& event) { write(said.emplace_back(), event); });
  for (std::size_t i = 0; i < records.size(); ++i)
    if (const auto request = parse_request(records[i])) engine.apply(*request, static_cast<Offset>(i));
  return said;
}

std::int64_t last_seq(const std::vector<std::string>& said) {
  return said.empty() ? 0 : parse_event(said.back())->seq;
}

class SessionTest : public ::testing::Test {
 protected:
  void expect_fills_to_follow_from_orders() {
    const auto orders = cluster.read(kOrdersTopic);
    const auto wanted = expected(orders);
    EXPECT_TRUE(eventually([&] { return cluster.read(kFillsTopic).size() >= wanted.size(); }));
    EXPECT_EQ(cluster.read(kFillsTopic), wanted);
  }
  bool caught_up(const RunningLoop& loop, const std::vector<std::string>& wanted) const {
    return eventually([&] { return loop.metrics.last_seq.load() >= last_seq(wanted); });
  }

  TestCluster cluster;
};

Outcome send(RunningLoop& loop, const std::string& id, const std::string& value) {
  std::promise<Outcome> promise;
  auto future = promise.get_future();
  loop.mailbox.submit(
      {id, "BTCUSDT", value, [&](Outcome outcome) { promise.set_value(std::move(outcome)); }});
  return future.get();
}

std::string order_text(const std::string& id, Side side) {
  std::string out;
  write(out, NewOrder{id, id.substr(0, id.find(':')), "BTCUSDT", side, 100'000'000, 100'000'000, Tif::gtc, 0,
                      5, Origin::rest});
  return out;
}

TEST_F(SessionTest, PublishesWhatTheJournalSays) {
  const auto journal = random_journal(21, 3'000);
  cluster.produce(journal);
  {
    RunningLoop loop(cluster.config());
    ASSERT_TRUE(caught_up(loop, expected(journal)));
  }
  expect_fills_to_follow_from_orders();
}

TEST_F(SessionTest, TellsHowFarItIsBehindWhileItWorks) {
  const auto journal = random_journal(28, 20'000);
  cluster.produce(journal);
  RunningLoop loop(cluster.config());
  // Neither nothing nor all: a value between the first record and the last.
  EXPECT_TRUE(eventually([&] {
    const auto lag = loop.metrics.journal_lag.load();
    return lag > 0 && lag < 20'000;
  }));
  ASSERT_TRUE(caught_up(loop, expected(journal)));
  EXPECT_TRUE(eventually([&] { return loop.metrics.journal_lag.load() == 0; }));
}

TEST_F(SessionTest, SkipsCorruptRecords) {
  auto journal = random_journal(22, 50);
  journal.insert(journal.begin() + 10, "{\"v\":1,\"kind\":\"amend\"}");
  journal.insert(journal.begin() + 20, std::string("\0\xff", 2));
  cluster.produce(journal);
  RunningLoop loop(cluster.config());
  ASSERT_TRUE(caught_up(loop, expected(journal)));
  EXPECT_EQ(loop.metrics.corrupt.load(), 2U);
  expect_fills_to_follow_from_orders();
}

TEST_F(SessionTest, LeavesNoGapAndNoDoubleOverRestartsUnderLoad) {
  const auto journal = random_journal(23, 4'000);
  std::thread risk([&] {
    for (std::size_t at = 0; at < journal.size(); at += 250)
      cluster.produce({journal.begin() + static_cast<std::ptrdiff_t>(at),
                       journal.begin() + static_cast<std::ptrdiff_t>(at + 250)});
  });
  std::mt19937 random(1);
  for (int life = 0; life < 6; ++life) {
    RunningLoop loop(cluster.config());
    std::this_thread::sleep_for(
        std::chrono::milliseconds(std::uniform_int_distribution<int>(50, 600)(random)));
  }
  risk.join();
  RunningLoop loop(cluster.config());
  ASSERT_TRUE(caught_up(loop, expected(journal)));
  expect_fills_to_follow_from_orders();
}

TEST_F(SessionTest, SurvivesABrokerThatGoesAndComes) {
  const auto journal = random_journal(24, 500);
  RunningLoop loop(cluster.config());
  ASSERT_TRUE(loop.wait_ready());
  cluster.produce({journal.begin(), journal.begin() + 250});
  ASSERT_TRUE(eventually([&] { return loop.metrics.transactions.load() > 0; }));
  cluster.go_down();
  EXPECT_TRUE(eventually([&] { return !loop.health.ready(); }));
  EXPECT_TRUE(loop.health.alive());
  cluster.come_up();
  EXPECT_TRUE(loop.wait_ready());
  cluster.produce({journal.begin() + 250, journal.end()});
  ASSERT_TRUE(caught_up(loop, expected(journal)));
  expect_fills_to_follow_from_orders();
}

TEST_F(SessionTest, RebuildsAfterALostTransaction) {
  const auto journal = random_journal(25, 200);
  RunningLoop loop(cluster.config());
  ASSERT_TRUE(loop.wait_ready());
  constexpr std::int16_t kEndTxn = 26;
  cluster.fail_next(kEndTxn, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, 1);
  cluster.produce(journal);
  ASSERT_TRUE(eventually([&] { return loop.metrics.rebuilds.load() > 0; }));
  ASSERT_TRUE(caught_up(loop, expected(journal)));
  expect_fills_to_follow_from_orders();
}

TEST_F(SessionTest, AnswersASubmissionWithItsEvents) {
  RunningLoop loop(cluster.config());
  ASSERT_TRUE(loop.wait_ready());
  const Outcome rests = send(loop, "x:1", order_text("x:1", Side::buy));
  ASSERT_TRUE(rests);
  ASSERT_EQ(rests->size(), 1U);
  const Outcome fills = send(loop, "y:1", order_text("y:1", Side::sell));
  ASSERT_TRUE(fills);
  ASSERT_EQ(fills->size(), 2U);
  EXPECT_NE((*fills)[1].find("\"kind\":\"fill\""), std::string::npos);
  const Outcome again = send(loop, "y:1", order_text("y:1", Side::sell));
  ASSERT_TRUE(again);
  EXPECT_NE(again->at(0).find("\"kind\":\"duplicate\""), std::string::npos);
  expect_fills_to_follow_from_orders();
}

TEST_F(SessionTest, RecordsChangedLimitsOnceInTheJournal) {
  Config config = cluster.config();
  for (int life = 0; life < 2; ++life) {
    RunningLoop loop(config);
    ASSERT_TRUE(loop.wait_ready());
  }
  EXPECT_TRUE(cluster.read(kOrdersTopic).empty()) << "the initial limits need no record";
  config.limits.max_open_orders = 7;
  for (int life = 0; life < 2; ++life) {
    RunningLoop loop(config);
    ASSERT_TRUE(loop.wait_ready());
  }
  const auto orders = cluster.read(kOrdersTopic);
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(std::get<SetLimits>(*parse_request(orders[0])).limits, config.limits);
  EXPECT_TRUE(cluster.read(kFillsTopic).empty());
}

TEST_F(SessionTest, DoesNotTradeOnAJournalThatContradictsTheFills) {
  cluster.produce(random_journal(26, 100));
  {
    RunningLoop loop(cluster.config());
    ASSERT_TRUE(loop.wait_ready());
  }
  const auto fills = cluster.read(kFillsTopic);
  TestCluster other;  // the same fills, another journal
  other.produce(random_journal(27, 100));
  {
    Producer producer(other.config().kafka, [] {});
    producer.begin();
    for (const std::string& fill : fills) producer.send(producer.fills(), "k", fill);
    producer.commit();
  }
  RunningLoop loop(other.config());
  EXPECT_TRUE(eventually([&] { return loop.metrics.divergences.load() == 1; }));
  EXPECT_FALSE(loop.health.ready());
  EXPECT_TRUE(loop.health.alive());
  EXPECT_EQ(other.read(kFillsTopic), fills);
}

// Threads of this process that may run on no core but the last.
int threads_on_last_core() {
  cpu_set_t all;
  EXPECT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
  std::size_t last = CPU_SETSIZE - 1;
  while (!CPU_ISSET(last, &all)) --last;
  int found = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(std::stoi(task.path().filename()), sizeof set, &set) != 0)
      continue;  // it has ended
    if (CPU_COUNT(&set) == 1 && CPU_ISSET(last, &set)) ++found;
  }
  return found;
}

TEST_F(SessionTest, HasACoreAndHugePagesToItself) {
  const Cores cores;
  if (cores.count() < 2) GTEST_SKIP() << "one core";
  Gauge taken{0}, used{0};
  HugePages pages(4, 2, taken, used);  // ordinary memory where the host of the test has none
  {
    RunningLoop loop(cluster.config(), {&pages, &cores});
    ASSERT_TRUE(loop.wait_ready());
    EXPECT_EQ(threads_on_last_core(), 1);
    cluster.produce(random_journal(22, 3'000));
    expect_fills_to_follow_from_orders();
    EXPECT_EQ(threads_on_last_core(), 1);
    EXPECT_EQ(used > 0, taken > 0);
  }
  EXPECT_EQ(used, 0);  // given back with the session
}

TEST_F(SessionTest, StopsWhileKafkaIsAway) {
  cluster.go_down();
  const auto before = std::chrono::steady_clock::now();
  {
    RunningLoop loop(cluster.config());
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    EXPECT_FALSE(loop.health.ready());
    EXPECT_TRUE(loop.health.alive());
  }
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(10));
  cluster.come_up();
}

}  // namespace
}  // namespace engine
