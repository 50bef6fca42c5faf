#include <algorithm>

#include "messages/messages.hpp"

namespace engine {
namespace {

bool upper(char c) { return c >= 'A' && c <= 'Z'; }
bool lower(char c) { return c >= 'a' && c <= 'z'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

bool between(std::string_view text, std::size_t max) { return !text.empty() && text.size() <= max; }

}  // namespace

bool is_id(std::string_view text) {
  return between(text, 160) &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

bool is_account(std::string_view text) {
  return between(text, 32) && text[0] != '_' && text[0] != '-' && std::ranges::all_of(text, [](char c) {
           return upper(c) || lower(c) || digit(c) || c == '_' || c == '-';
         });
}

bool is_symbol(std::string_view text) {
  return between(text, 32) && (upper(text[0]) || digit(text[0])) && std::ranges::all_of(text, [](char c) {
           return upper(c) || digit(c) || c == '_' || c == '.' || c == '-';
         });
}

}  // namespace engine
