// Whether the Kafka client believes a server, told by a listener that only shakes hands.
#include <gtest/gtest.h>

#include <boost/asio/ssl.hpp>
#include <cstdlib>
#include <future>

#include "api/http.hpp"
#include "journal/kafka.hpp"

namespace engine {
namespace {

namespace ssl = asio::ssl;

class TlsTest : public ::testing::Test {
 protected:
  // Both certificates are of 127.0.0.1 and nothing else, and their own authority.
  static void SetUpTestSuite() {
    directory = ::testing::TempDir() + "engine-kafka-tls";
    for (const std::string name : {"ours", "other"}) {
      const std::string base = directory + "/" + name;
      const std::string make =
          "mkdir -p " + directory +
          " && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 "
          "-subj /CN=" +
          name + " -addext subjectAltName=IP:127.0.0.1 -keyout " + base + ".key -out " + base +
          ".crt 2>/dev/null";
      ASSERT_EQ(std::system(make.c_str()), 0);
    }
  }

  static bool believed(const std::string& host, const std::string& authority) {
    asio::io_context io;
    ssl::context tls(ssl::context::tls_server);
    tls.use_certificate_chain_file(directory + "/ours.crt");
    tls.use_private_key_file(directory + "/ours.key", ssl::context::pem);
    Tcp::acceptor acceptor(io, {asio::ip::make_address("127.0.0.1"), 0});
    auto hands = std::async(std::launch::async, [&] {
      ssl::stream<Tcp::socket> stream(acceptor.accept(), tls);
      boost::system::error_code error;
      stream.handshake(ssl::stream_base::server, error);
      return !error;
    });
    const std::string broker = host + ":" + std::to_string(acceptor.local_endpoint().port());
    const Client client =
        make_consumer({broker, true, "engine", "s3cret", directory + "/" + authority + ".crt"});
    Bounds bounds{};
    for (int attempt = 0;
         attempt < 20 && hands.wait_for(std::chrono::seconds(0)) != std::future_status::ready; ++attempt)
      rd_kafka_query_watermark_offsets(client.get(), kOrdersTopic, kPartition, &bounds.low, &bounds.high,
                                       1000);
    if (hands.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
      std::abort();  // nobody came; the future's end would wait for ever
    return hands.get();
  }

  inline static std::string directory;
};

TEST_F(TlsTest, BelievesTheBrokerOfTheAuthority) { EXPECT_TRUE(believed("127.0.0.1", "ours")); }
TEST_F(TlsTest, RefusesAnotherAuthority) { EXPECT_FALSE(believed("127.0.0.1", "other")); }
TEST_F(TlsTest, RefusesAnotherHost) { EXPECT_FALSE(believed("localhost", "ours")); }

}  // namespace
}  // namespace engine
