#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <set>

#include "core/engine.hpp"
#include "core/random_journal.hpp"
#include "core/reference_engine.hpp"
#include "messages/messages.hpp"

namespace engine {
namespace {

std::vector<std::string> replay(const std::vector<std::string>& journal, std::int64_t suppressed = 0) {
  std::vector<std::string> said;
  Engine engine([&](const Event& event) {
    if (event.seq > suppressed) write(said.emplace_back(), event);
  });
  for (std::size_t i = 0; i < journal.size(); ++i)
    engine.apply(*parse_request(journal[i]), static_cast<Offset>(i) * 2);
  return said;
}

TEST(EngineProperty, SaysTheSameBytesAsTheNaiveReference) {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {
    const auto journal = random_journal(seed, 30'000);
    std::vector<std::string> said;
    Engine engine([&](const Event& event) { write(said.emplace_back(), event); });
    ReferenceEngine reference;
    std::set<std::string_view> kinds;
    for (std::size_t i = 0; i < journal.size(); ++i) {
      said.clear();
      const auto request = parse_request(journal[i]);
      ASSERT_TRUE(request) << journal[i];
      engine.apply(*request, static_cast<Offset>(i));
      ASSERT_EQ(said, reference.apply(*request, static_cast<Offset>(i)))
          << "seed " << seed << " record " << i << " " << journal[i];
      for (const auto& text : said) kinds.insert(kind(*parse_event(text)));
    }
    EXPECT_EQ(kinds.size(), 7U) << "the journal must exercise every kind of event";
  }
}

TEST(EngineProperty, SameJournalSameBytes) {
  const auto journal = random_journal(11, 100'000);
  EXPECT_EQ(replay(journal), replay(journal));
}

TEST(EngineProperty, ResumingAtEveryCutContinuesTheSameStream) {
  const auto journal = random_journal(5, 600);
  const auto whole = replay(journal);
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    const auto rest = replay(journal, static_cast<std::int64_t>(cut));
    ASSERT_TRUE(
        std::equal(rest.begin(), rest.end(), whole.begin() + static_cast<std::ptrdiff_t>(cut), whole.end()))
        << cut;
  }
}

TEST(EngineProperty, RepeatedRecordsChangeNothing) {
  const auto journal = random_journal(7, 20'000);
  std::vector<std::string> once, twice;
  Engine plain(
      [&](const Event& event) { write(once.emplace_back(), Event{0, event.in, event.ts, event.body}); });
  Engine doubled([&](const Event& event) {
    if (kind(event) != "duplicate") write(twice.emplace_back(), Event{0, event.in, event.ts, event.body});
  });
  for (std::size_t i = 0; i < journal.size(); ++i) {
    const auto request = *parse_request(journal[i]);
    plain.apply(request, static_cast<Offset>(i));
    doubled.apply(request, static_cast<Offset>(i));
    doubled.apply(request, static_cast<Offset>(i));
  }
  std::erase_if(
      once, [](const std::string& text) { return text.find(R"("kind":"duplicate")") != std::string::npos; });
  EXPECT_EQ(once, twice);
}

// What any auditor can check from the events alone.
TEST(EngineProperty, EveryAcceptedOrderEndsAtMostOnceAndFillsAddUp) {
  struct Life {
    Qty leaves;
    bool ended = false;
  };
  std::map<std::string, Life, std::less<>> lives;
  Engine engine([&](const Event& event) {
    if (const auto* a = std::get_if<Accepted>(&event.body)) {
      ASSERT_TRUE(lives.emplace(a->order, Life{a->qty}).second);
    } else if (const auto* f = std::get_if<Fill>(&event.body)) {
      ASSERT_GT(f->qty, 0);
      ASSERT_NE(f->taker_account, f->maker_account);
      for (const auto& [id, leaves] :
           {std::pair{f->taker, f->taker_leaves}, std::pair{f->maker, f->maker_leaves}}) {
        Life& life = lives.find(id)->second;
        ASSERT_FALSE(life.ended);
        ASSERT_EQ(life.leaves - f->qty, leaves);
        life = {leaves, leaves == 0};
      }
    } else if (const auto* c = std::get_if<Cancelled>(&event.body)) {
      Life& life = lives.find(c->order)->second;
      ASSERT_FALSE(std::exchange(life.ended, true));
      ASSERT_EQ(life.leaves, c->leaves);
    } else if (const auto* e = std::get_if<Expired>(&event.body)) {
      Life& life = lives.find(e->order)->second;
      ASSERT_FALSE(std::exchange(life.ended, true));
      ASSERT_EQ(life.leaves, e->leaves);
    }
  });
  const auto journal = random_journal(13, 50'000);
  for (std::size_t i = 0; i < journal.size(); ++i)
    engine.apply(*parse_request(journal[i]), static_cast<Offset>(i));
  std::size_t open = 0;
  for (const auto& [id, life] : lives) open += !life.ended;
  EXPECT_EQ(open, engine.live());
  EXPECT_GT(lives.size(), 10'000U);
}

TEST(EngineProperty, AnyShortJournalAgreesWithTheReference) {
  const bool held = rc::check("any short journal agrees with the reference", [] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    auto journal = random_journal(seed, 60);
    const auto keep = *rc::gen::container<std::vector<bool>>(journal.size(), rc::gen::arbitrary<bool>());
    ReferenceEngine reference;
    std::vector<std::string> said;
    Engine engine([&](const Event& event) { write(said.emplace_back(), event); });
    for (std::size_t i = 0; i < journal.size(); ++i) {
      if (!keep[i]) continue;
      said.clear();
      engine.apply(*parse_request(journal[i]), static_cast<Offset>(i));
      RC_ASSERT(said == reference.apply(*parse_request(journal[i]), static_cast<Offset>(i)));
    }
  });
  EXPECT_TRUE(held);
}

}  // namespace
}  // namespace engine
