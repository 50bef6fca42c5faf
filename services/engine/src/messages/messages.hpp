#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/types.hpp"

namespace engine {

// The canonical JSON of the topics `orders` and `fills`: keys in one order, no whitespace, integers only,
// strings of printable ASCII without quote and backslash. So equal messages are equal bytes, and whatever is
// not canonical is not a message.
// Everything the schemas in services/messages refuse is refused here too.

bool is_id(std::string_view text);
bool is_account(std::string_view text);
bool is_symbol(std::string_view text);

// Views in the result point into `text`. Nothing: corrupt or of a kind this engine does not know.
std::optional<Request> parse_request(std::string_view text);
std::optional<Event> parse_event(std::string_view text);

void write(std::string& out, const Request& request);
void write(std::string& out, const Event& event);

std::string_view name(Side side);
std::string_view name(Tif tif);
std::string_view name(Origin origin);
std::string_view kind(const Event& event);

// The symbol is the Kafka key of an event.
std::string_view symbol(const Event& event);

}  // namespace engine
