#include "ops/metrics.hpp"

#include <gtest/gtest.h>

namespace engine {
namespace {

TEST(Metrics, RendersCountersGaugesAndHistograms) {
  Metrics metrics;
  metrics.orders.add("new");
  metrics.rejects.add("collar");
  metrics.match.observe(150);
  metrics.match.observe(1'000'000'000);
  metrics.set_books({{"BTCUSDT", 3, 4}});
  const std::string text = metrics.render();
  for (const char* line :
       {"horizon_build_info{service=\"engine\",version=\"", "horizon_engine_orders_total{kind=\"new\"} 1\n",
        "horizon_engine_orders_total{kind=\"cancel\"} 0\n",
        "horizon_engine_rejects_total{reason=\"collar\"} 1\n",
        "horizon_engine_match_seconds_bucket{le=\"1e-07\"} 0\n",
        "horizon_engine_match_seconds_bucket{le=\"2e-07\"} 1\n",
        "horizon_engine_match_seconds_bucket{le=\"+Inf\"} 2\n", "horizon_engine_match_seconds_count 2\n",
        "horizon_engine_book_levels{symbol=\"BTCUSDT\",side=\"sell\"} 4\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
}

TEST(Metrics, EveryFamilyHasHelpAndType) {
  const std::string text = Metrics().render();
  for (std::size_t at = text.find("# HELP "); at != std::string::npos; at = text.find("# HELP ", at + 1)) {
    const std::string name = text.substr(at + 7, text.find(' ', at + 7) - at - 7);
    EXPECT_NE(text.find("# TYPE " + name + " "), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace engine
