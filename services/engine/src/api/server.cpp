#include "api/server.hpp"

#include <optional>

#include "api/rest.hpp"
#include "api/ws.hpp"

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

asio::ssl::context tls_or_tell(const Config& config) {
  try {
    return tls_context(config.tls_cert_file, config.tls_key_file);
  } catch (const boost::system::system_error& error) {
    throw ConfigError("TLS_CERT_FILE", "and TLS_KEY_FILE cannot be used: " + error.code().message(),
                      config.tls_cert_file + " and " + config.tls_key_file,
                      "a PEM certificate chain and its key", "issue them again");
  }
}

}  // namespace

struct Server::Parts {
  Parts(const Config& config, Mailbox& mailbox, Health& all_health, Metrics& all_metrics)
      : health(all_health),
        metrics(all_metrics),
        ops_gate(metrics, 32),
        client_gate(metrics, limits.connections),
        commands(mailbox, health),
        ops(listen_or_tell(io, config.metrics_port, "METRICS_PORT")),
        api(listen_or_tell(io, config.api_port, "API_PORT")) {
    accept_http(ops, ops_gate, ops_handler);
    accept_http(api, client_gate, api_handler);
    if (config.tls_cert_file.empty())
      log(Level::warn, "no WebSocket: TLS_CERT_FILE and TLS_KEY_FILE are not set");
    else
      accept_ws(config);
  }

  void accept_http(Tcp::acceptor& acceptor, Gate& gate, const Handler& handler) {
    accept(acceptor, gate, [this, &handler](beast::tcp_stream stream) {
      return serve_http(std::move(stream), limits, metrics, handler);
    });
  }
  void accept_ws(const Config& config) {
    tls.emplace(tls_or_tell(config));
    ws.emplace(listen_or_tell(io, config.ws_port, "WS_PORT"));
    accept(*ws, client_gate, [this](beast::tcp_stream stream) {
      return serve_ws(std::move(stream), *tls, limits, hub, commands, metrics);
    });
  }
  void accept(Tcp::acceptor& acceptor, Gate& gate, OnConnection on_connection) {
    asio::co_spawn(io, accept_all(acceptor, gate, std::move(on_connection)), asio::detached);
  }

  Health& health;
  Metrics& metrics;
  asio::io_context io{1};
  asio::signal_set signals{io};
  ClientLimits limits;
  Gate ops_gate, client_gate;  // probes are never locked out by clients
  Hub hub;
  Commands commands;
  Handler ops_handler = [this](HttpRequest request) {
    return handle_ops(health, metrics, std::move(request));
  };
  Handler api_handler = [this](HttpRequest request) { return handle_api(commands, std::move(request)); };
  std::optional<asio::ssl::context> tls;
  Tcp::acceptor ops, api;
  std::optional<Tcp::acceptor> ws;
};

Server::Server(const Config& config, Mailbox& mailbox, Health& health, Metrics& metrics)
    : parts_(std::make_unique<Parts>(config, mailbox, health, metrics)) {}
Server::~Server() = default;

void Server::on_stop_signal(std::function<void(int)> action) {
  parts_->signals.add(SIGTERM);
  parts_->signals.add(SIGINT);
  parts_->signals.async_wait([action = std::move(action)](const beast::error_code& error, int signal) {
    if (!error) action(signal);
  });
}

void Server::run() { parts_->io.run(); }

void Server::stop() {
  asio::post(parts_->io, [this] {
    const auto grace = std::make_shared<asio::steady_timer>(parts_->io, std::chrono::milliseconds(200));
    grace->async_wait([this, grace](const beast::error_code&) {
      parts_->hub.close_all();
      parts_->io.stop();
    });
  });
}

void Server::publish(Batch batch) {
  asio::post(parts_->io, [this, batch = std::move(batch)] { parts_->hub.publish(batch); });
}

}  // namespace engine
