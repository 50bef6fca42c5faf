#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

#include "core/types.hpp"
#include "ops/log.hpp"

namespace engine {

struct KafkaSettings {
  std::string brokers;
  bool sasl = true;
  std::string user, password;
  std::string ca_file;  // the authorities of the brokers' certificates; empty: no TLS
};

struct Config {
  KafkaSettings kafka;
  Limits limits;
  std::uint16_t metrics_port, api_port, ws_port;
  std::string tls_cert_file, tls_key_file;  // both empty: no WebSocket
  Level log_level;
  bool spin;
  std::size_t huge_pages, huge_page_mib;
  bool lock_memory;
};

// A setting that cannot be used, in the four parts a person needs to mend it.
struct ConfigError : std::runtime_error {
  ConfigError(std::string name, std::string trouble, std::string had, std::string fits, std::string cure)
      : std::runtime_error(name + " " + trouble),
        variable(std::move(name)),
        problem(std::move(trouble)),
        given(std::move(had)),
        allowed(std::move(fits)),
        remedy(std::move(cure)) {}
  std::string variable, problem, given, allowed, remedy;
};

using Environment = std::function<std::optional<std::string>(const std::string& variable)>;
Environment process_environment();

Config read_config(const Environment& env);
std::uint16_t read_metrics_port(const Environment& env);  // all that `healthcheck` needs

}  // namespace engine
