#include "ops/config.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>

#include "core/engine.hpp"
#include "messages/decimal.hpp"

namespace engine {
namespace {

class Reader {
 public:
  explicit Reader(const Environment& env) : env_(env) {}

  std::string text(const std::string& variable, const std::string& fallback) const {
    const auto value = env_(variable);
    return value && !value->empty() ? *value : fallback;
  }

  std::int64_t integer(const std::string& variable, std::int64_t fallback, std::int64_t low,
                       std::int64_t high) const {
    const std::string given = text(variable, std::to_string(fallback));
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
    if (error != std::errc{} || end != given.data() + given.size() || value < low || value > high)
      throw ConfigError(variable, "is not a number in range", given,
                        "an integer from " + std::to_string(low) + " to " + std::to_string(high),
                        "set it in that range or leave it out for " + std::to_string(fallback));
    return value;
  }

  std::uint16_t port(const std::string& variable, std::uint16_t fallback) const {
    return static_cast<std::uint16_t>(integer(variable, fallback, 1, 65'535));
  }

  std::int64_t decimal(const std::string& variable, Wide fallback) const {
    const std::string given = text(variable, format_decimal(fallback));
    const auto value = parse_decimal(given);
    if (!value || *value == 0)
      throw ConfigError(variable, "is not a positive decimal", given,
                        "digits with at most eight decimals, as 1000000 or 2500.50, below 92233720368",
                        "write it without sign, exponent or separators");
    return *value;
  }

  std::string choice(const std::string& variable, const std::string& fallback,
                     std::initializer_list<const char*> allowed) const {
    const std::string given = text(variable, fallback);
    std::string list;
    for (const char* candidate : allowed) {
      if (given == candidate) return given;
      list += (list.empty() ? "" : ", ") + std::string(candidate);
    }
    throw ConfigError(variable, "is none of the values known", given, list,
                      "use one of them or leave it out for " + fallback);
  }

  std::string file(const std::string& variable, const std::string& path) const {
    std::ifstream in(path, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    if (!in || content.empty())
      throw ConfigError(variable, "names a file that cannot be read or is empty", path,
                        "a readable file that is not empty", "mount the file there or correct the path");
    return content;
  }

  // Looks into the file early; librdkafka reads it again for each new client.
  void authorities(const std::string& variable, const std::string& path) const {
    const std::string content = file(variable, path);
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(
        BIO_new_mem_buf(content.data(), static_cast<int>(content.size())), BIO_free);
    const std::unique_ptr<X509, decltype(&X509_free)> first(
        PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), X509_free);
    ERR_clear_error();
    if (!first)
      throw ConfigError(variable, "names a file without a certificate", path,
                        "a PEM file with at least one certificate",
                        "mount the authorities there or correct the path");
  }

 private:
  const Environment& env_;
};

KafkaSettings read_kafka(const Reader& env) {
  KafkaSettings kafka;
  kafka.brokers = env.text("KAFKA_BROKERS", "kafka:9092");
  const std::string security =
      env.choice("KAFKA_SECURITY", "sasl_plaintext", {"sasl_plaintext", "plaintext", "sasl_ssl"});
  kafka.sasl = security != "plaintext";
  kafka.ca_file = env.text("KAFKA_CA_FILE", "");
  const bool tls = security == "sasl_ssl";
  if (tls == kafka.ca_file.empty())
    throw ConfigError("KAFKA_CA_FILE", tls ? "is missing" : "is set, but KAFKA_SECURITY is " + security,
                      tls ? "nothing" : kafka.ca_file,
                      "a PEM file of authorities with KAFKA_SECURITY=sasl_ssl, and only with it",
                      "set both, or leave KAFKA_CA_FILE out");
  if (tls) env.authorities("KAFKA_CA_FILE", kafka.ca_file);
  if (!kafka.sasl) return kafka;
  for (const char* variable : {"KAFKA_USER", "KAFKA_PASSWORD_FILE"})
    if (env.text(variable, "").empty())
      throw ConfigError(variable, "is missing", "nothing", "a value, because KAFKA_SECURITY is " + security,
                        "set it, or set KAFKA_SECURITY=plaintext for a broker without users");
  kafka.user = env.text("KAFKA_USER", "");
  kafka.password = env.file("KAFKA_PASSWORD_FILE", env.text("KAFKA_PASSWORD_FILE", ""));
  while (!kafka.password.empty() && (kafka.password.back() == '\n' || kafka.password.back() == '\r'))
    kafka.password.pop_back();
  return kafka;
}

Level read_level(const Reader& env) {
  const std::string name = env.choice("LOG_LEVEL", "info", {"debug", "info", "warn", "error"});
  return name == "debug"  ? Level::debug
         : name == "info" ? Level::info
         : name == "warn" ? Level::warn
                          : Level::error;
}

}  // namespace

Environment process_environment() {
  return [](const std::string& variable) -> std::optional<std::string> {
    const char* value = std::getenv(variable.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
}

std::uint16_t read_metrics_port(const Environment& env) { return Reader(env).port("METRICS_PORT", 9090); }

Config read_config(const Environment& environment) {
  const Reader env(environment);
  Config config{};
  config.kafka = read_kafka(env);
  config.limits = {env.decimal("MAX_NOTIONAL", kInitialLimits.max_notional),
                   env.integer("MAX_OPEN_ORDERS", kInitialLimits.max_open_orders, 1, 1'000'000),
                   env.integer("COLLAR_BPS", kInitialLimits.collar_bps, 1, 10'000)};
  config.metrics_port = read_metrics_port(environment);
  config.api_port = env.port("API_PORT", 8080);
  config.ws_port = env.port("WS_PORT", 8443);
  config.tls_cert_file = env.text("TLS_CERT_FILE", "");
  config.tls_key_file = env.text("TLS_KEY_FILE", "");
  if (config.tls_cert_file.empty() != config.tls_key_file.empty())
    throw ConfigError(config.tls_cert_file.empty() ? "TLS_CERT_FILE" : "TLS_KEY_FILE", "is missing",
                      "nothing", "a certificate and its key together, or neither",
                      "set both files, or none for no WebSocket");
  for (const auto& [variable, path] :
       {std::pair{"TLS_CERT_FILE", config.tls_cert_file}, std::pair{"TLS_KEY_FILE", config.tls_key_file}})
    if (!path.empty()) env.file(variable, path);
  config.log_level = read_level(env);
  config.spin = env.choice("SPIN", "off", {"off", "on"}) == "on";
  config.huge_pages = static_cast<std::size_t>(env.integer("HUGE_PAGES", 0, 0, 1'000'000));
  config.huge_page_mib = env.choice("HUGE_PAGE_MIB", "2", {"2", "1024"}) == "2" ? 2 : 1024;
  config.lock_memory = env.choice("LOCK_MEMORY", "off", {"off", "on"}) == "on";
  return config;
}

}  // namespace engine
