#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace engine {

using Counter = std::atomic<std::uint64_t>;
using Gauge = std::atomic<std::int64_t>;

// A counter for each of a fixed list of label values.
template <std::size_t N>
struct Labelled {
  std::array<std::string_view, N> values;
  std::array<Counter, N> counts{};

  void add(std::string_view value) {
    for (std::size_t i = 0; i < N; ++i)
      if (values[i] == value) counts[i].fetch_add(1, std::memory_order_relaxed);
  }
};

// Upper bounds in nanoseconds; written by one thread, read by another.
class Histogram {
 public:
  static constexpr std::array<std::int64_t, 14> kBounds{100,     200,       400,        800,       1'600,
                                                        3'200,   6'400,     12'800,     51'200,    204'800,
                                                        819'200, 3'276'800, 13'107'200, 52'428'800};
  void observe(std::int64_t ns);
  void render(std::string& out, std::string_view name, std::string_view help) const;

 private:
  std::array<Counter, kBounds.size() + 1> buckets_{};
  Counter sum_ns_{0};
};

struct BookDepth {
  std::string symbol;
  std::size_t bids, asks;
};

struct Metrics {
  Labelled<3> orders{{"new", "cancel", "limits"}};
  Labelled<7> events{
      {"accepted", "fill", "cancelled", "expired", "rejected", "cancel_rejected", "duplicate"}};
  Labelled<7> rejects{{"qty", "price", "notional", "collar", "open_orders", "symbol", "account"}};
  Labelled<4> clients_refused{{"connections", "slow", "size", "timeout"}};
  Labelled<6> requests{{"2xx", "400", "404", "4xx", "503", "5xx"}};
  Counter corrupt{0}, transactions{0}, rebuilds{0}, divergences{0};
  Gauge live_orders{0}, known_ids{0}, last_seq{0}, journal_offset{0}, journal_lag{0}, replay_ns{0}, ready{0},
      connections{0}, cores{0}, huge_page_bytes{0}, huge_page_used_bytes{0}, memory_locked{0};
  Histogram match;

  void set_books(std::vector<BookDepth> books);
  std::string render() const;

 private:
  mutable std::mutex guard_;
  std::vector<BookDepth> books_;
};

}  // namespace engine
