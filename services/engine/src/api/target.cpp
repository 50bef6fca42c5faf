#include "api/target.hpp"

#include <charconv>

namespace engine {
namespace {

std::optional<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned byte = 0;
    const std::string_view hex = text.substr(i + 1, 2);
    const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), byte, 16);
    if (hex.size() != 2 || error != std::errc{} || end != hex.data() + 2) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

}  // namespace

std::optional<Target> parse_target(std::string_view target) {
  if (!target.starts_with('/')) return std::nullopt;
  const std::size_t mark = target.find('?');
  const std::string_view path = target.substr(1, mark == std::string_view::npos ? mark : mark - 1);
  const std::size_t slash = path.find('/');
  Target parsed;
  parsed.resource = path.substr(0, slash);
  if (slash != std::string_view::npos) {
    const auto name = decode(path.substr(slash + 1));
    if (!name) return std::nullopt;
    parsed.name = *name;
  }
  for (std::string_view rest = mark == std::string_view::npos ? "" : target.substr(mark + 1);
       !rest.empty();) {
    const std::size_t amp = rest.find('&');
    const std::string_view pair = rest.substr(0, amp);
    const std::size_t equals = pair.find('=');
    const auto key = decode(pair.substr(0, equals));
    const auto value = decode(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
    if (!key || !value) return std::nullopt;
    parsed.query[*key] = *value;
    rest = amp == std::string_view::npos ? "" : rest.substr(amp + 1);
  }
  return parsed;
}

}  // namespace engine
