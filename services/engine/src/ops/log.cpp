#include "ops/log.hpp"

#include <atomic>
#include <cstdio>
#include <ctime>
#include <mutex>

#include "ops/clock.hpp"

namespace engine {
namespace {

std::atomic<Level> threshold{Level::info};
constexpr const char* kNames[] = {"debug", "info", "warn", "error"};

std::string timestamp() {
  const std::int64_t now = wall_ns();
  const std::time_t seconds = now / 1'000'000'000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text + length, sizeof text - length, ".%09lldZ", static_cast<long long>(now % 1'000'000'000));
  return text;
}

}  // namespace

void set_log_level(Level level) { threshold = level; }

void log(Level level, std::string_view message, LogFields fields) {
  if (level < threshold.load()) return;
  std::string line = R"({"ts":")" + timestamp() + R"(","level":")" + kNames[static_cast<int>(level)] +
                     R"(","service":"engine","msg":)" + json_quoted(message);
  for (const auto& [key, value] : fields) line += "," + json_quoted(key) + ":" + json_quoted(value);
  line += "}\n";
  static std::mutex one_line_at_a_time;
  const std::lock_guard guard(one_line_at_a_time);
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
}

std::string json_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte >= 0x7f) {  // logs stay ASCII whatever comes in
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", byte);
      out += escaped;
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace engine
