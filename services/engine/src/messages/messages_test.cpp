#include "messages/messages.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <random>

#include "core/random_journal.hpp"

namespace engine {
namespace {

struct Golden {
  std::string topic, key, value;
};

std::vector<Golden> read_golden() {
  std::ifstream in(GOLDEN_FILE);
  std::vector<Golden> all;
  for (std::string line; std::getline(in, line);) {
    const auto object = boost::json::parse(line).as_object();
    all.push_back({std::string(object.at("topic").as_string()), std::string(object.at("key").as_string()),
                   std::string(object.at("value").as_string())});
  }
  return all;
}

std::string rewritten(const Golden& golden) {
  std::string out;
  if (golden.topic == "orders") {
    if (const auto request = parse_request(golden.value)) write(out, *request);
  } else if (const auto event = parse_event(golden.value)) {
    EXPECT_EQ(symbol(*event), golden.key);
    write(out, *event);
  }
  return out;
}

TEST(Messages, WritesGoldenMessagesBackToTheSameBytes) {
  std::size_t checked = 0;
  for (const Golden& golden : read_golden()) {
    if (golden.topic != "orders" && golden.topic != "fills") continue;
    EXPECT_EQ(rewritten(golden), golden.value);
    ++checked;
  }
  EXPECT_GE(checked, 20U);
}

TEST(Messages, RefusesWhatIsNotCanonical) {
  const std::string good =
      R"({"v":1,"kind":"new","id":"i","account":"a","symbol":"S","side":"buy","price":1,"qty":2,"tif":"gtc","ref":0,"ts":3,"origin":"risk"})";
  ASSERT_TRUE(parse_request(good));
  const std::pair<const char*, const char*> changes[] = {
      {"\"v\":1", "\"v\":2"},
      {"\"new\"", "\"amend\""},
      {"\"i\"", "\"\""},
      {"\"i\"", "\"a b\""},
      {"\"i\"", "\"a\\u0020\""},
      {"\"account\":\"a\"", "\"account\":\"a:b\""},
      {"\"S\"", "\"s\""},
      {"\"buy\"", "\"hold\""},
      {":1,\"qty", ":01,\"qty"},
      {":1,\"qty", ":-1,\"qty"},
      {":1,\"qty", ":-0,\"qty"},
      {":1,\"qty", ":+1,\"qty"},
      {":1,\"qty", ":1.0,\"qty"},
      {":1,\"qty", ":1e3,\"qty"},
      {":1,\"qty", ":9223372036854775808,\"qty"},
      {":1,\"qty", ":,\"qty"},
      {"\"gtc\"", "\"fok\""},
      {"\"risk\"}", "\"risk\"} "},
      {"{\"v\"", " {\"v\""},
      {"\"qty\":2", "\"qty\": 2"},
      {"\"price\":1,\"qty\":2", "\"qty\":2,\"price\":1"},
      {"\"risk\"}", "\"risk\",\"x\":1}"},
      {",\"ref\":0", ""},
  };
  for (const auto& [from, to] : changes) {
    std::string bad = good;
    const std::size_t at = bad.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    bad.replace(at, std::string_view(from).size(), to);
    EXPECT_FALSE(parse_request(bad)) << bad;
  }
  EXPECT_FALSE(parse_request(""));
  EXPECT_FALSE(parse_event(good));
}

// Whatever bytes arrive: no crash, and what is taken for a message writes back to the same bytes.
TEST(Messages, SurvivesMutatedBytes) {
  std::mt19937_64 random(42);
  const auto golden = read_golden();
  const auto pick = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  std::size_t taken = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text = golden[pick(golden.size())].value;
    for (std::size_t edits = 1 + pick(3); edits > 0 && !text.empty(); --edits) {
      const std::size_t at = pick(text.size());
      const std::size_t how = pick(5);
      if (how == 0)
        text[at] = static_cast<char>(random());
      else if (how == 1)
        text.erase(at, 1 + pick(8));
      else if (how == 2)
        text.insert(at, 1 + pick(3), static_cast<char>('0' + pick(10)));
      else if (how == 3)
        text.resize(at);
      else
        text.insert(at, golden[pick(golden.size())].value, 0, pick(40));
    }
    std::string back;
    if (const auto request = parse_request(text))
      write(back, *request);
    else if (const auto event = parse_event(text))
      write(back, *event);
    else
      continue;
    ++taken;
    ASSERT_EQ(back, text);
  }
  EXPECT_GT(taken, 100U) << "some mutations only change a digit or a letter and must still be messages";
}

TEST(Messages, TheRandomJournalIsCanonical) {
  for (const std::string& record : random_journal(3, 5'000)) {
    const auto request = parse_request(record);
    ASSERT_TRUE(request) << record;
    std::string back;
    write(back, *request);
    ASSERT_EQ(back, record);
  }
}

}  // namespace
}  // namespace engine
