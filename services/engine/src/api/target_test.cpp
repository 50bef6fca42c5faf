#include "api/target.hpp"

#include <gtest/gtest.h>

namespace engine {
namespace {

TEST(Target, TakesPathAndQueryApart) {
  const auto target = parse_target("/orders/a%3Ab%2Fc/d?account=x%20y&depth=5&empty");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->resource, "orders");
  EXPECT_EQ(target->name, "a:b/c/d");
  EXPECT_EQ(target->query.at("account"), "x y");
  EXPECT_EQ(target->query.at("depth"), "5");
  EXPECT_EQ(target->query.at("empty"), "");
}

TEST(Target, TakesABareResource) {
  EXPECT_EQ(parse_target("/orders")->resource, "orders");
  EXPECT_EQ(parse_target("/?a=1")->query.at("a"), "1");
}

TEST(Target, RefusesBadEncoding) {
  for (const char* text : {"", "orders", "/orders/%", "/orders/%4", "/orders/%zz", "/x?a=%-1"})
    EXPECT_FALSE(parse_target(text)) << text;
}

}  // namespace
}  // namespace engine
