#include "api/server.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "api/http.hpp"
#include "api/test_client.hpp"
#include "journal/test_cluster.hpp"
#include "ops/healthcheck.hpp"

namespace engine {
namespace {

using http::verb;

std::uint16_t free_port() {
  asio::io_context io;
  return Tcp::acceptor(io, {asio::ip::make_address("127.0.0.1"), 0}).local_endpoint().port();
}

// The engine as main() makes it, against librdkafka's broker, with a certificate made for the test.
class ServerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory = ::testing::TempDir() + "engine-tls";
    const std::string make =
        "mkdir -p " + directory +
        " && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 "
        "-subj /CN=localhost -keyout " +
        directory + "/key.pem -out " + directory + "/cert.pem 2>/dev/null";
    ASSERT_EQ(std::system(make.c_str()), 0);
  }

  ServerTest() {
    config = cluster.config();
    config.metrics_port = free_port();
    config.api_port = free_port();
    config.ws_port = free_port();
    config.tls_cert_file = directory + "/cert.pem";
    config.tls_key_file = directory + "/key.pem";
    server.emplace(config, mailbox, health, metrics);
    network = std::thread([this] { server->run(); });
    state = std::thread([this] {
      run_state_loop(config, mailbox, health, metrics,
                     [this](Batch batch) { server->publish(std::move(batch)); });
      server->stop();
    });
  }
  ~ServerTest() override {
    health.stop();
    mailbox.wake();
    state.join();
    network.join();
  }
  void wait_ready() {
    ASSERT_TRUE(eventually([this] { return health.ready(); }));
  }
  static std::string order(const std::string& account, const std::string& client_id, const std::string& side,
                           const std::string& qty = "2") {
    return R"({"account":")" + account + R"(","client_id":")" + client_id +
           R"(","symbol":"BTCUSDT","side":")" + side + R"(","price":"61800.20","qty":")" + qty + R"("})";
  }
  static std::string ws_order(const std::string& account, const std::string& client_id,
                              const std::string& side) {
    return R"({"op":"order",)" + order(account, client_id, side).substr(1);
  }

  inline static std::string directory;
  TestCluster cluster;
  Config config;
  Mailbox mailbox;
  Health health;
  Metrics metrics;
  std::optional<Server> server;
  std::thread network, state;
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_F(ServerTest, TakesAnOrderThroughItsLife) {
  wait_ready();
  RestClient client(config.api_port);
  auto answer = client.ask(verb::post, "/orders", order("demo", "a-1", "buy"));
  ASSERT_EQ(answer.result_int(), 200U) << answer.body();
  EXPECT_TRUE(has(answer.body(), R"({"id":"demo:a-1","events":[{"v":1,"kind":"accepted","seq":1,"in":0,)"))
      << answer.body();

  answer = client.ask(verb::get, "/book/BTCUSDT?depth=1");
  EXPECT_EQ(answer.body(), R"({"symbol":"BTCUSDT","seq":1,"ref":"0","bids":[["61800.2","2",1]],"asks":[]})");
  answer = client.ask(verb::get, "/orders/demo%3Aa-1");
  EXPECT_TRUE(has(answer.body(), R"("state":"live")") && has(answer.body(), R"("leaves":"2")"))
      << answer.body();

  answer = client.ask(verb::post, "/orders", order("other", "b-1", "sell", "0.5"));
  EXPECT_TRUE(has(answer.body(), R"("kind":"fill")") && has(answer.body(), R"("maker_leaves":150000000)"))
      << answer.body();
  answer = client.ask(verb::delete_, "/orders/demo:a-1?account=thief");
  EXPECT_TRUE(has(answer.body(), R"("reason":"not_owner")")) << answer.body();
  answer = client.ask(verb::delete_, "/orders/demo:a-1?account=demo");
  EXPECT_TRUE(has(answer.body(), R"("kind":"cancelled")") && has(answer.body(), R"("leaves":150000000)"))
      << answer.body();
  EXPECT_EQ(client.ask(verb::delete_, "/orders/demo:a-1?account=demo").result_int(), 409U);
  EXPECT_EQ(client.ask(verb::get, "/orders/demo:a-1").body(), R"({"id":"demo:a-1","state":"done"})");
  answer = client.ask(verb::post, "/orders", order("demo", "a-1", "buy"));
  EXPECT_TRUE(has(answer.body(), R"("kind":"duplicate")")) << answer.body();
}

TEST_F(ServerTest, ExplainsBadRequestsInFourParts) {
  wait_ready();
  RestClient client(config.api_port);
  const std::string good = order("demo", "x", "buy");
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string body = good;
    return body.replace(body.find(from), from.size(), to);
  };
  for (const std::string& body :
       {std::string("{"), std::string("[]"), changed("\"buy\"", "\"hold\""),
        changed("\"61800.20\"", "61800.20"), changed("61800.20", "-1"), changed("61800.20", "1e9"),
        changed("\"2\"", "\"0\""), changed("demo", "de:mo"), changed("BTCUSDT", "btc"),
        changed("\"x\"", "\"a b\""), changed("\"qty\":\"2\"", "\"quantity\":\"2\""),
        changed("\"qty\":\"2\"", "\"qty\":\"2\",\"tif\":\"day\""), changed(",\"qty\":\"2\"", "")}) {
    const auto answer = client.ask(verb::post, "/orders", body);
    EXPECT_EQ(answer.result_int(), 400U) << body << answer.body();
    for (const char* part : {"\"what\":\"", "\"given\":\"", "\"allowed\":\"", "\"remedy\":\""})
      EXPECT_TRUE(has(answer.body(), part)) << answer.body();
  }
  EXPECT_EQ(client.ask(verb::get, "/book/BTCUSDT?depth=0").result_int(), 400U);
  EXPECT_EQ(client.ask(verb::get, "/orders/%zz").result_int(), 400U);
  EXPECT_EQ(client.ask(verb::delete_, "/orders/x").result_int(), 400U);
  EXPECT_EQ(client.ask(verb::get, "/book/NONE").result_int(), 404U);
  EXPECT_EQ(client.ask(verb::get, "/orders/never").result_int(), 404U);
  EXPECT_EQ(client.ask(verb::put, "/orders").result_int(), 404U);
  EXPECT_TRUE(cluster.read(kOrdersTopic).empty()) << "a bad request must change nothing";
}

TEST_F(ServerTest, BoundsWhatAClientMaySend) {
  wait_ready();
  EXPECT_EQ(RestClient(config.api_port).ask(verb::post, "/orders", std::string(5'000, 'x')).result_int(),
            413U);
  EXPECT_EQ(RestClient(config.api_port).ask(verb::get, "/" + std::string(9'000, 'x')).result_int(), 431U);
  RestClient garbage(config.api_port);
  asio::write(garbage.socket(), asio::buffer(std::string("\0\1\2 not http\r\n\r\n", 17)));
  std::string answer(12, ' ');
  asio::read(garbage.socket(), asio::buffer(answer));
  EXPECT_EQ(answer, "HTTP/1.1 400");
}

TEST_F(ServerTest, BoundsConnections) {
  wait_ready();
  std::vector<std::unique_ptr<RestClient>> clients;
  for (int i = 0; i < 256; ++i) clients.push_back(std::make_unique<RestClient>(config.api_port));
  ASSERT_TRUE(eventually([&] { return metrics.connections.load() == 256; }));
  RestClient late(config.api_port);
  EXPECT_THROW(late.ask(verb::get, "/book/BTCUSDT"), boost::system::system_error);
  EXPECT_TRUE(probe(config.metrics_port, "/readyz")) << "probes have connections of their own";
  clients.clear();
  EXPECT_TRUE(eventually([&] { return metrics.connections.load() == 0; }));
  EXPECT_EQ(RestClient(config.api_port).ask(verb::get, "/book/NONE").result_int(), 404U);
}

TEST_F(ServerTest, SpeaksWebSocketOverTls) {
  wait_ready();
  SocketClient maker(config.ws_port), watcher(config.ws_port);
  EXPECT_EQ(watcher.ask(R"({"op":"subscribe","symbol":"BTCUSDT"})"),
            R"({"op":"subscribe","result":"BTCUSDT"})");
  EXPECT_TRUE(has(maker.ask(ws_order("m", "1", "buy")), R"("kind":"accepted")"));
  EXPECT_TRUE(has(maker.ask(R"({"op":"book","symbol":"BTCUSDT"})"), R"("bids":[["61800.2","2",1]])"));
  EXPECT_TRUE(has(maker.ask(ws_order("t", "1", "sell")), R"("kind":"fill")"));
  const std::string streamed = watcher.receive();
  EXPECT_EQ(cluster.read(kFillsTopic).at(2), streamed);
  EXPECT_EQ(watcher.ask(R"({"op":"unsubscribe","symbol":"BTCUSDT"})"),
            R"({"op":"unsubscribe","result":"BTCUSDT"})");
  EXPECT_TRUE(has(maker.ask(R"({"op":"cancel","account":"m","id":"m:1"})"), "the order is done"));
  for (const char* bad :
       {"", "{", "[]", R"({"op":1})", R"({"op":"sell"})", R"({"op":"order"})", R"({"op":"subscribe"})"})
    EXPECT_TRUE(has(maker.ask(bad), R"("error":{"what":)")) << bad;
}

TEST_F(ServerTest, DropsASocketThatSendsTooMuch) {
  wait_ready();
  {
    SocketClient client(config.ws_port);
    client.send(std::string(5'000, ' '));
    EXPECT_THROW(client.receive(), boost::system::system_error);
  }
  EXPECT_TRUE(eventually([&] { return metrics.clients_refused.counts[2].load() == 1; }));
}

TEST_F(ServerTest, DropsASocketThatDoesNotRead) {
  wait_ready();
  SocketClient slow(config.ws_port);
  slow.ask(R"({"op":"subscribe","symbol":"BTCUSDT"})");
  const auto fills = std::make_shared<std::vector<Published>>();
  for (int i = 0; i < 1'000; ++i) fills->push_back({"fill", "BTCUSDT", std::string(1'000, 'f')});
  for (int i = 0; i < 100 && metrics.clients_refused.counts[1].load() == 0; ++i) {
    server->publish(fills);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_GE(metrics.clients_refused.counts[1].load(), 1U);
  EXPECT_TRUE(eventually([&] { return metrics.connections.load() == 0; }));
}

TEST_F(ServerTest, ShowsHealthAndMetrics) {
  wait_ready();
  EXPECT_TRUE(probe(config.metrics_port, "/livez"));
  EXPECT_TRUE(probe(config.metrics_port, "/readyz"));
  RestClient client(config.metrics_port);
  EXPECT_TRUE(has(client.ask(verb::get, "/metrics").body(), "horizon_engine_ready 1\n"));
  EXPECT_EQ(client.ask(verb::get, "/nothing").result_int(), 404U);
  cluster.go_down();
  EXPECT_TRUE(eventually([&] { return !probe(config.metrics_port, "/readyz"); }));
  EXPECT_TRUE(probe(config.metrics_port, "/livez"));
  EXPECT_EQ(RestClient(config.api_port).ask(verb::post, "/orders", order("demo", "z", "buy")).result_int(),
            503U);
  cluster.come_up();
}

TEST_F(ServerTest, TellsWhichPortIsTaken) {
  try {
    const Server second(config, mailbox, health, metrics);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.variable, "METRICS_PORT");
  }
}

}  // namespace
}  // namespace engine
