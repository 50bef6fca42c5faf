#pragma once

#include "api/commands.hpp"

namespace engine {

// POST /orders, GET|DELETE /orders/{id}, GET /book/{symbol}.
asio::awaitable<Response> handle_api(Commands& commands, HttpRequest request);

// GET /livez, /readyz, /metrics.
asio::awaitable<Response> handle_ops(const Health& health, const Metrics& metrics, HttpRequest request);

}  // namespace engine
