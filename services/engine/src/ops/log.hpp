#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace engine {

enum class Level { debug, info, warn, error };
using LogFields = std::initializer_list<std::pair<std::string_view, std::string>>;

void set_log_level(Level level);
// One JSON line on standard output. Never pass a secret.
void log(Level level, std::string_view message, LogFields fields = {});

std::string json_quoted(std::string_view text);

}  // namespace engine
