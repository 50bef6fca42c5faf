#include "api/server.hpp"

namespace engine {
namespace {

Tcp::acceptor listen_or_tell(asio::io_context& io, std::uint16_t port, const char* variable) {
  try {
    return listen(io, port);
  } catch (const boost::system::system_error& error) {
    throw ConfigError(variable, std::string("cannot be listened on: ") + error.code().message(),
                      std::to_string(port), "a port that nothing else uses",
                      "stop what uses it or set another port");
  }
}

}  // namespace

Server::Server(const Config& config, Mailbox& mailbox, Health& health, Metrics& metrics)
    : ops_gate_(metrics, 32),
      client_gate_(metrics, limits_.connections),
      commands_(mailbox, health),
      ops_handler_([&health, &metrics](HttpRequest request) {
        return handle_ops(health, metrics, std::move(request));
      }),
      api_handler_([this](HttpRequest request) { return handle_api(commands_, std::move(request)); }),
      ops_(listen_or_tell(io_, config.metrics_port, "METRICS_PORT")),
      api_(listen_or_tell(io_, config.api_port, "API_PORT")) {
  accept(ops_, ops_gate_, [this, &metrics](beast::tcp_stream s) {
    return serve_http(std::move(s), limits_, metrics, ops_handler_);
  });
  accept(api_, client_gate_, [this, &metrics](beast::tcp_stream s) {
    return serve_http(std::move(s), limits_, metrics, api_handler_);
  });
  if (config.tls_cert_file.empty()) {
    log(Level::warn, "no WebSocket: TLS_CERT_FILE and TLS_KEY_FILE are not set");
    return;
  }
  try {
    tls_.emplace(tls_context(config.tls_cert_file, config.tls_key_file));
  } catch (const boost::system::system_error& error) {
    throw ConfigError("TLS_CERT_FILE", "and TLS_KEY_FILE cannot be used: " + error.code().message(),
                      config.tls_cert_file + " and " + config.tls_key_file,
                      "a PEM certificate chain and its key", "issue them again");
  }
  ws_.emplace(listen_or_tell(io_, config.ws_port, "WS_PORT"));
  accept(*ws_, client_gate_, [this, &metrics](beast::tcp_stream s) {
    return serve_ws(std::move(s), *tls_, limits_, hub_, commands_, metrics);
  });
}

void Server::accept(Tcp::acceptor& acceptor, Gate& gate, OnConnection on_connection) {
  asio::co_spawn(io_, accept_all(acceptor, gate, std::move(on_connection)), asio::detached);
}

void Server::stop() {
  asio::post(io_, [this] {
    const auto grace = std::make_shared<asio::steady_timer>(io_, std::chrono::milliseconds(200));
    grace->async_wait([this, grace](const beast::error_code&) {
      hub_.close_all();
      io_.stop();
    });
  });
}

void Server::publish(Batch batch) {
  asio::post(io_, [this, batch = std::move(batch)] { hub_.publish(batch); });
}

}  // namespace engine
