#pragma once

#include <boost/json.hpp>
#include <string>

#include "api/http.hpp"
#include "core/types.hpp"
#include "messages/messages.hpp"

namespace engine {

// Reads what a client sent, field by field. Each throws the ApiError that tells what is wrong with it.

ApiError bad(std::string what, std::string given, std::string allowed, std::string remedy);

std::string text(const boost::json::object& order, const char* key, const char* fallback = nullptr);
std::int64_t amount(const boost::json::object& order, const char* key);
void refuse_unknown_keys(const boost::json::object& order);

std::string checked(const char* what, std::string given, bool (*fits)(std::string_view), const char* allowed);
std::string checked_account(std::string given);
std::string checked_symbol(std::string given);
std::string checked_id(const char* what, std::string given);

template <typename Enum>
Enum choice(const boost::json::object& order, const char* key, const char* fallback, Enum first,
            Enum second) {
  const std::string given = text(order, key, fallback);
  for (const Enum value : {first, second})
    if (given == name(value)) return value;
  throw bad(std::string(key) + " is unknown", given,
            std::string(name(first)) + " or " + std::string(name(second)), "use one of them");
}

}  // namespace engine
