#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

namespace engine {

// Reads canonical JSON from the left. The first thing that does not fit makes it fail for good, so callers
// read field after field and ask once at the end.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool failed() const { return failed_; }
  bool finished() const { return !failed_ && rest_.empty(); }

  bool accept(std::string_view literal) {
    if (failed_ || !rest_.starts_with(literal)) return false;
    rest_.remove_prefix(literal.size());
    return true;
  }

  Scanner& expect(std::string_view literal) {
    if (!accept(literal)) failed_ = true;
    return *this;
  }

  // No message has a negative number; from_chars alone would also take "-0" and "007".
  Scanner& natural(std::int64_t& value) {
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    const std::string_view digits = rest_.substr(0, static_cast<std::size_t>(end - rest_.data()));
    if (failed_ || error != std::errc{} || digits[0] == '-' || (digits.size() > 1 && digits[0] == '0'))
      failed_ = true;
    else
      rest_.remove_prefix(digits.size());
    return *this;
  }

  // The text up to the closing quote, which must be of the kind that `fits` tells.
  Scanner& text(std::string_view& value, bool (*fits)(std::string_view)) {
    const std::size_t length = failed_ ? std::string_view::npos : rest_.find('"');
    if (length == std::string_view::npos || !fits(rest_.substr(0, length))) {
      failed_ = true;
      return *this;
    }
    value = rest_.substr(0, length);
    rest_.remove_prefix(length + 1);
    return *this;
  }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace engine
