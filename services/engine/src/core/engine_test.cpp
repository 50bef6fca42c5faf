#include "core/engine.hpp"

#include <gtest/gtest.h>

#include "messages/messages.hpp"

namespace engine {
namespace {

// Says what happened to each order in a short form: "accepted a", "fill a<-b 10@100 5/0", ...
class EngineTest : public ::testing::Test {
 protected:
  using Lines = std::vector<std::string>;

  Lines place(std::string id, std::string account, Side side, Price price, Qty qty, Tif tif = Tif::gtc,
              Price ref = 0) {
    return apply(NewOrder{id, account, "BTCUSDT", side, price, qty, tif, ref, 7, Origin::risk});
  }
  Lines buy(std::string id, Price price, Qty qty, std::string account = "a") {
    return place(id, account, Side::buy, price, qty);
  }
  Lines sell(std::string id, Price price, Qty qty, std::string account = "b") {
    return place(id, account, Side::sell, price, qty);
  }
  Lines cancel(std::string id, std::string account, std::string target) {
    return apply(CancelOrder{id, account, "BTCUSDT", target, 8, Origin::risk});
  }
  void limit(Limits limits) { apply(SetLimits{"limits/1", limits, 1}); }

  Lines apply(const Request& request) {
    lines_.clear();
    engine_.apply(request, in_++);
    return lines_;
  }
  void hear(const Event& event) {
    EXPECT_EQ(event.seq, ++seq_);
    std::string text;
    write(text, event);
    EXPECT_NE(text.find("\"in\":" + std::to_string(in_ - 1)), std::string::npos);
    lines_.push_back(std::visit([this](const auto& body) { return shortly(body); }, event.body));
  }
  static std::string shortly(const Accepted& a) { return "accepted " + std::string(a.order); }
  static std::string shortly(const Fill& f) {
    return "fill " + std::string(f.taker) + "<-" + std::string(f.maker) + " " + std::to_string(f.qty) + "@" +
           std::to_string(f.price) + " " + std::to_string(f.taker_leaves) + "/" +
           std::to_string(f.maker_leaves);
  }
  static std::string shortly(const Cancelled& c) {
    return "cancelled " + std::string(c.order) + " " + std::to_string(c.leaves);
  }
  static std::string shortly(const Expired& e) {
    return "expired " + std::string(e.order) + " " + std::to_string(e.leaves);
  }
  static std::string shortly(const Rejected& r) {
    return "rejected " + std::string(r.order) + " " + std::string(r.reason);
  }
  static std::string shortly(const CancelRejected& r) {
    return "cancel_rejected " + std::string(r.order) + " " + std::string(r.target) + " " +
           std::string(r.reason);
  }
  static std::string shortly(const Duplicate& d) { return "duplicate " + std::string(d.order); }

  Lines lines_;
  std::int64_t seq_ = 0;
  Offset in_ = 0;
  Engine engine_{[this](const Event& event) { hear(event); }};
};

TEST_F(EngineTest, RestsWhatDoesNotCross) {
  EXPECT_EQ(buy("1", 100, 5), Lines{"accepted 1"});
  EXPECT_EQ(sell("2", 101, 5), Lines{"accepted 2"});
  EXPECT_EQ(engine_.live(), 2U);
}

TEST_F(EngineTest, FillsBestPriceFirstThenOldestAtTheMakersPrice) {
  sell("dear", 102, 5), sell("old", 101, 5), sell("young", 101, 5);
  EXPECT_EQ(buy("t", 102, 12), (Lines{"accepted t", "fill t<-old 5@101 7/0", "fill t<-young 5@101 2/0",
                                      "fill t<-dear 2@102 0/3"}));
  EXPECT_EQ(engine_.find("dear")->leaves, 3);
  EXPECT_EQ(engine_.find("t"), nullptr);
}

TEST_F(EngineTest, SellsHitTheHighestBidFirst) {
  buy("low", 99, 5), buy("high", 100, 5);
  EXPECT_EQ(sell("t", 99, 7), (Lines{"accepted t", "fill t<-high 5@100 2/0", "fill t<-low 2@99 0/3"}));
}

TEST_F(EngineTest, RestsTheRestOfAGtcTaker) {
  sell("m", 100, 3);
  EXPECT_EQ(buy("t", 100, 5), (Lines{"accepted t", "fill t<-m 3@100 2/0"}));
  EXPECT_EQ(engine_.market("BTCUSDT")->book.depth(Side::buy, 5), (std::vector<DepthLevel>{{100, 2, 1}}));
}

TEST_F(EngineTest, ExpiresTheRestOfAnIoc) {
  sell("m", 100, 3);
  EXPECT_EQ(place("t", "a", Side::buy, 100, 5, Tif::ioc),
            (Lines{"accepted t", "fill t<-m 3@100 2/0", "expired t 2"}));
  EXPECT_EQ(place("u", "a", Side::buy, 100, 5, Tif::ioc), (Lines{"accepted u", "expired u 5"}));
  EXPECT_EQ(engine_.live(), 0U);
}

TEST_F(EngineTest, NeverTradesAnAccountWithItself) {
  sell("other", 100, 1, "b"), sell("own", 100, 1, "a"), sell("behind", 100, 1, "b");
  EXPECT_EQ(buy("t", 100, 3), (Lines{"accepted t", "fill t<-other 1@100 2/0", "expired t 2"}));
  EXPECT_NE(engine_.find("own"), nullptr);
}

TEST_F(EngineTest, CancelsWhatRests) {
  buy("1", 100, 5), buy("2", 100, 6), buy("3", 100, 7);
  EXPECT_EQ(cancel("c", "a", "2"), Lines{"cancelled 2 6"});
  EXPECT_EQ(sell("t", 100, 12), (Lines{"accepted t", "fill t<-1 5@100 7/0", "fill t<-3 7@100 0/0"}));
}

TEST_F(EngineTest, TellsWhyItDoesNotCancel) {
  buy("1", 100, 5);
  EXPECT_EQ(cancel("c1", "a", "never"), Lines{"cancel_rejected c1 never unknown"});
  EXPECT_EQ(cancel("c2", "b", "1"), Lines{"cancel_rejected c2 1 not_owner"});
  cancel("c3", "a", "1");
  EXPECT_EQ(cancel("c4", "a", "1"), Lines{"cancel_rejected c4 1 done"});
  buy("bad", 100, 0);
  EXPECT_EQ(cancel("c5", "a", "bad"), Lines{"cancel_rejected c5 bad done"});
}

TEST_F(EngineTest, KnowsEveryIdForEver) {
  buy("1", 100, 5);
  EXPECT_EQ(buy("1", 100, 5), Lines{"duplicate 1"});
  cancel("c", "a", "1");
  EXPECT_EQ(buy("1", 100, 5), Lines{"duplicate 1"});
  EXPECT_EQ(cancel("c", "a", "1"), Lines{"duplicate c"});
  buy("bad", 100, 0);
  EXPECT_EQ(buy("bad", 100, 5), Lines{"duplicate bad"});
  EXPECT_EQ(engine_.live(), 0U);
}

TEST_F(EngineTest, RefusesQuantityAndPriceOfZero) {
  EXPECT_EQ(buy("1", 100, 0), Lines{"rejected 1 qty"});
  EXPECT_EQ(buy("2", 0, 1), Lines{"rejected 2 price"});
}

TEST_F(EngineTest, RefusesNotionalBeyondTheLimitWithoutOverflow) {
  limit({1'000, 10, 10'000});
  EXPECT_EQ(buy("at", 100'000'000, 1'000), Lines{"accepted at"});
  EXPECT_EQ(buy("above", 100'000'000, 1'001), Lines{"rejected above notional"});
  EXPECT_EQ(buy("huge", INT64_MAX, INT64_MAX), Lines{"rejected huge notional"});
}

TEST_F(EngineTest, CollarsAroundTheOrdersRefThenTheLastPrice) {
  limit({INT64_MAX, 10, 100});
  EXPECT_EQ(place("free", "a", Side::buy, 5'000'000, 1), Lines{"accepted free"}) << "no price is known yet";
  EXPECT_EQ(place("edge", "a", Side::buy, 10'100, 1, Tif::gtc, 10'000), Lines{"accepted edge"});
  EXPECT_EQ(place("over", "a", Side::buy, 10'101, 1, Tif::gtc, 10'000), Lines{"rejected over collar"});
  EXPECT_EQ(place("under", "b", Side::sell, 9'899, 1), Lines{"rejected under collar"})
      << "the last ref holds";
  EXPECT_EQ(place("far", "b", Side::sell, 5'000'001, 1, Tif::gtc, 5'000'000), Lines{"accepted far"})
      << "a new ref moves it";
  EXPECT_EQ(place("hit", "b", Side::sell, 5'000'000, 1),
            (Lines{"accepted hit", "fill hit<-free 1@5000000 0/0"}));
  EXPECT_EQ(place("low", "c", Side::sell, 4'950'000, 1), Lines{"accepted low"})
      << "the fill's price is the new ref";
  EXPECT_EQ(place("lower", "c", Side::sell, 4'949'999, 1), Lines{"rejected lower collar"});
}

TEST_F(EngineTest, ARejectedOrdersRefIsForgotten) {
  limit({INT64_MAX, 10, 100});
  place("1", "a", Side::buy, 10'000, 1, Tif::gtc, 10'000);
  EXPECT_EQ(place("2", "a", Side::buy, 10'000, 0, Tif::gtc, 90'000), Lines{"rejected 2 qty"});
  EXPECT_EQ(place("3", "a", Side::buy, 10'050, 1), Lines{"accepted 3"});
}

TEST_F(EngineTest, BoundsOpenOrdersButNotTheWayOut) {
  limit({INT64_MAX, 2, 10'000});
  buy("1", 100, 1), buy("2", 100, 1);
  EXPECT_EQ(buy("3", 100, 1), Lines{"rejected 3 open_orders"});
  EXPECT_EQ(buy("x", 100, 1, "other"), Lines{"accepted x"}) << "the limit is per account";
  EXPECT_EQ(place("out", "a", Side::sell, 101, 1, Tif::ioc), (Lines{"accepted out", "expired out 1"}));
  cancel("c", "a", "1");
  EXPECT_EQ(buy("4", 100, 1), Lines{"accepted 4"});
}

TEST_F(EngineTest, BoundsSymbolsAndAccounts) {
  for (std::size_t i = 0; i < kMaxSymbols; ++i) {
    const std::string symbol = "S" + std::to_string(i), id = "s" + std::to_string(i);
    EXPECT_EQ(apply(NewOrder{id, "a", symbol, Side::buy, 1, 1, Tif::ioc, 0, 1, Origin::risk})[0],
              "accepted " + id);
  }
  EXPECT_EQ(apply(NewOrder{"more", "a", "MORE", Side::buy, 1, 1, Tif::ioc, 0, 1, Origin::risk}),
            Lines{"rejected more symbol"});
}

TEST_F(EngineTest, LimitsSayNothing) { EXPECT_EQ(apply(SetLimits{"limits/9", {1, 1, 1}, 3}), Lines{}); }

}  // namespace
}  // namespace engine
