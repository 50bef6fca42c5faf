#include "ops/config.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>

namespace engine {
namespace {

Config read(std::map<std::string, std::string> env) {
  return read_config([env = std::move(env)](const std::string& variable) -> std::optional<std::string> {
    const auto at = env.find(variable);
    return at == env.end() ? std::nullopt : std::optional(at->second);
  });
}

TEST(Config, HasDefaultsForAllButTheUser) {
  const Config config = read({{"KAFKA_SECURITY", "plaintext"}});
  EXPECT_EQ(config.kafka.brokers, "kafka:9092");
  EXPECT_EQ(config.limits, (Limits{100'000'000'000'000, 1'000, 500}));
  EXPECT_EQ(config.metrics_port, 9090);
  EXPECT_EQ(config.api_port, 8080);
  EXPECT_EQ(config.ws_port, 8443);
  EXPECT_FALSE(config.spin);
  EXPECT_EQ(config.huge_pages, 0U);
  EXPECT_EQ(config.huge_page_mib, 2U);
  EXPECT_FALSE(config.lock_memory);
}

TEST(Config, ReadsThePasswordWithoutItsLineEnd) {
  const std::string path = ::testing::TempDir() + "engine-password";
  std::ofstream(path) << "s3cret\n";
  const Config config = read({{"KAFKA_USER", "engine"}, {"KAFKA_PASSWORD_FILE", path}});
  EXPECT_TRUE(config.kafka.sasl);
  EXPECT_EQ(config.kafka.password, "s3cret");
  std::remove(path.c_str());
}

// Parsed and never trusted.
constexpr const char* kCertificate = R"(-----BEGIN CERTIFICATE-----
MIIBfTCCASOgAwIBAgIUYot+nFokzpdI4CzrpINpPce7tPgwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJYXV0aG9yaXR5MB4XDTI2MTEyNzA5NDAwNloXDTI2MTEyODA5
NDAwNlowFDESMBAGA1UEAwwJYXV0aG9yaXR5MFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAESqqClbnGfgSTXXi/X42+1IHy8qKl/lDR6tH8xgJneMQ55JjCs+nan9JK
ZBL1UfK+JCITzwdo0Z904W7vp9SUPaNTMFEwHQYDVR0OBBYEFAAKv5g15qBORhVg
nPbaYP9hO++iMB8GA1UdIwQYMBaAFAAKv5g15qBORhVgnPbaYP9hO++iMA8GA1Ud
EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAKGNAu1/S+qm2vfx3lr6GCII
AEsa5g/6HivW7NVRsCSlAiAo7VUhX9NyrSMimp/qEiISUh5KeTh/kCPZD7/s9xzp
2Q==
-----END CERTIFICATE-----
)";

TEST(Config, TakesAuthoritiesWithTlsAndOnlyThen) {
  const std::string ca = ::testing::TempDir() + "engine-ca", password = ::testing::TempDir() + "engine-word";
  std::ofstream(ca) << kCertificate;
  std::ofstream(password) << "s3cret\n";
  std::map<std::string, std::string> env{
      {"KAFKA_USER", "engine"}, {"KAFKA_PASSWORD_FILE", password}, {"KAFKA_SECURITY", "sasl_ssl"}};
  const auto refused = [&env](const std::string& given) {
    try {
      read(env);
      return false;
    } catch (const ConfigError& error) {
      return error.variable == "KAFKA_CA_FILE" && error.given == given && !error.problem.empty() &&
             !error.allowed.empty() && !error.remedy.empty();
    }
  };
  EXPECT_TRUE(refused("nothing"));
  for (const std::string& path : {std::string("/nonexistent"), password}) {
    env["KAFKA_CA_FILE"] = path;
    EXPECT_TRUE(refused(path));
  }
  env["KAFKA_CA_FILE"] = ca;
  const Config config = read(env);
  EXPECT_TRUE(config.kafka.sasl);
  EXPECT_EQ(config.kafka.ca_file, ca);
  for (const char* security : {"sasl_plaintext", "plaintext"}) {
    env["KAFKA_SECURITY"] = security;
    EXPECT_TRUE(refused(ca)) << security;
  }
  std::remove(ca.c_str());
  std::remove(password.c_str());
}

TEST(Config, ReadsLimits) {
  const Config config = read({{"KAFKA_SECURITY", "plaintext"},
                              {"MAX_NOTIONAL", "2500.50"},
                              {"MAX_OPEN_ORDERS", "9"},
                              {"COLLAR_BPS", "50"}});
  EXPECT_EQ(config.limits, (Limits{250'050'000'000, 9, 50}));
}

TEST(Config, NamesTheVariableThatIsWrong) {
  const std::pair<std::map<std::string, std::string>, const char*> wrong[] = {
      {{}, "KAFKA_USER"},
      {{{"KAFKA_USER", "engine"}}, "KAFKA_PASSWORD_FILE"},
      {{{"KAFKA_USER", "engine"}, {"KAFKA_PASSWORD_FILE", "/nonexistent"}}, "KAFKA_PASSWORD_FILE"},
      {{{"KAFKA_SECURITY", "tls"}}, "KAFKA_SECURITY"},
      {{{"KAFKA_SECURITY", "plaintext"}, {"API_PORT", "80x"}}, "API_PORT"},
      {{{"KAFKA_SECURITY", "plaintext"}, {"METRICS_PORT", "70000"}}, "METRICS_PORT"},
      {{{"KAFKA_SECURITY", "plaintext"}, {"MAX_NOTIONAL", "1e9"}}, "MAX_NOTIONAL"},
      {{{"KAFKA_SECURITY", "plaintext"}, {"MAX_OPEN_ORDERS", "0"}}, "MAX_OPEN_ORDERS"},
      {{{"KAFKA_SECURITY", "plaintext"}, {"COLLAR_BPS", "-1"}}, "COLLAR_BPS"},
      {{{"KAFKA_SECURITY", "plaintext"}, {"TLS_CERT_FILE", "/cert"}}, "TLS_KEY_FILE"},
      {{{"KAFKA_SECURITY", "plaintext"}, {"LOG_LEVEL", "loud"}}, "LOG_LEVEL"},
      {{{"KAFKA_SECURITY", "plaintext"}, {"SPIN", "yes"}}, "SPIN"},
      {{{"KAFKA_SECURITY", "plaintext"}, {"HUGE_PAGES", "-1"}}, "HUGE_PAGES"},
      {{{"KAFKA_SECURITY", "plaintext"}, {"HUGE_PAGE_MIB", "4"}}, "HUGE_PAGE_MIB"},
      {{{"KAFKA_SECURITY", "plaintext"}, {"LOCK_MEMORY", "1"}}, "LOCK_MEMORY"},
  };
  for (const auto& [env, variable] : wrong) {
    try {
      read(env);
      ADD_FAILURE() << variable << " was taken";
    } catch (const ConfigError& error) {
      EXPECT_EQ(error.variable, variable);
      for (const std::string& part : {error.problem, error.given, error.allowed, error.remedy})
        EXPECT_FALSE(part.empty());
    }
  }
}

}  // namespace
}  // namespace engine
