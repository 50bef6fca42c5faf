#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

// A request target taken apart: "/orders/a%3Ab?account=x" -> {"orders", "a:b"}, {account: x}. Order ids hold
// slashes, so everything behind the first segment is one segment, decoded.
struct Target {
  std::string resource, name;
  std::map<std::string, std::string> query;
};

std::optional<Target> parse_target(std::string_view target);  // nothing: bad percent encoding

}  // namespace engine
