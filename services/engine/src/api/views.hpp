#pragma once

#include <string>

#include "core/engine.hpp"

namespace engine {

// What a person may see of the state, with decimal strings. Empty: there is no such thing.
std::string order_json(const Engine& engine, const std::string& id);
std::string book_json(const Engine& engine, const std::string& symbol, std::size_t depth);

}  // namespace engine
