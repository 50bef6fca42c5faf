#pragma once

#include <cstdint>
#include <string>

namespace engine {

// GETs http://127.0.0.1:port/path; true when the answer is 200.
bool probe(std::uint16_t port, const std::string& path);

}  // namespace engine
