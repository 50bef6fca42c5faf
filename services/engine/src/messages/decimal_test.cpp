#include "messages/decimal.hpp"

#include <gtest/gtest.h>

namespace engine {
namespace {

TEST(Decimal, ReadsPlainDecimalsExactly) {
  EXPECT_EQ(parse_decimal("61800.20"), 6'180'020'000'000);
  EXPECT_EQ(parse_decimal("0.00000001"), 1);
  EXPECT_EQ(parse_decimal("1"), 100'000'000);
  EXPECT_EQ(parse_decimal("92233720368.54775807"), INT64_MAX);
}

TEST(Decimal, RefusesEverythingElse) {
  for (const char* text : {"", ".", "1.", ".5", "-1", "+1", "1e3", "1,000", " 1", "0.000000001",
                           "92233720368.54775808", "9999999999999", "NaN", "1.2.3", "0x10"})
    EXPECT_EQ(parse_decimal(text), std::nullopt) << text;
}

TEST(Decimal, WritesTheShortestForm) {
  EXPECT_EQ(format_decimal(6'180'020'000'000), "61800.2");
  EXPECT_EQ(format_decimal(1), "0.00000001");
  EXPECT_EQ(format_decimal(0), "0");
  EXPECT_EQ(format_decimal(100'000'000), "1");
  EXPECT_EQ(format_decimal(static_cast<Wide>(INT64_MAX) * 10), "922337203685.4775807");
}

TEST(Decimal, ReadsBackWhatItWrites) {
  for (std::int64_t value = 1; value < 4'000'000'000'000'000'000; value = value * 3 + 7)
    EXPECT_EQ(parse_decimal(format_decimal(value)), value);
}

}  // namespace
}  // namespace engine
