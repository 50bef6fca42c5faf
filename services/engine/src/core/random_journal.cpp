#include "core/random_journal.hpp"

#include "messages/messages.hpp"

namespace engine {
namespace {

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::string next(std::size_t n) {
    const int die = below(1000);
    std::string out;
    if (die < 3) {
      const std::string id = "limits/" + std::to_string(n);
      write(out, SetLimits{id, {(1 + below(40)) * 10'000'000'000, 5 + below(100), 50 + below(500)}, time(n)});
    } else if (die < 300 && !ids_.empty()) {
      const std::string id = die < 13 ? some_id() : some_id() + "/c" + std::to_string(n);
      const std::string target = below(50) == 0 ? "never" + std::to_string(n) : recent_id();
      write(out, CancelOrder{id, account(target), symbol(), target, time(n), Origin::risk});
    } else {
      out = order(n);
    }
    return out;
  }

 private:
  std::string order(std::size_t n) {
    const bool repeated = below(60) == 0 && !ids_.empty();
    std::string owner = kAccounts[below(5)];
    const std::string id = repeated ? some_id() : owner + ":" + std::to_string(n);
    const Price price = 10'000'000'000 + (below(41) - 20) * 10'000'000;
    const Price strange[] = {0, 1, 9'223'372'036'854'775'807, 20'000'000'000};
    const Qty amount = below(100) == 0 ? strange[below(4)] : (1 + below(30)) * 10'000'000;
    const NewOrder record{id,
                          owner,
                          symbol(),
                          below(2) ? Side::buy : Side::sell,
                          below(80) == 0 ? strange[below(4)] : price,
                          amount,
                          below(4) == 0 ? Tif::ioc : Tif::gtc,
                          below(3) == 0 ? 0 : 10'000'000'000 + below(100) * 1'000'000,
                          time(n),
                          static_cast<Origin>(below(3))};
    std::string out;
    write(out, record);
    if (!repeated) ids_.push_back(id);
    return out;
  }

  int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }
  std::string some_id() { return ids_[static_cast<std::size_t>(below(static_cast<int>(ids_.size())))]; }
  std::string recent_id() {
    const int reach = std::min(200, static_cast<int>(ids_.size()));
    return ids_[ids_.size() - 1 - static_cast<std::size_t>(below(reach))];
  }
  std::string account(const std::string& id) {
    const std::size_t colon = id.find(':');
    return below(20) == 0 || colon == std::string::npos ? kAccounts[below(5)] : id.substr(0, colon);
  }
  const char* symbol() { return below(3) ? "BTCUSDT" : "ETHUSDT"; }
  static std::int64_t time(std::size_t n) { return 1'700'000'000'000'000'000 + static_cast<std::int64_t>(n); }

  static constexpr const char* kAccounts[] = {"maker", "momentum", "a", "b", "c-1"};
  std::mt19937_64 random_;
  std::vector<std::string> ids_;
};

}  // namespace

std::vector<std::string> random_journal(std::uint64_t seed, std::size_t records) {
  Generator generator(seed);
  std::vector<std::string> journal;
  for (std::size_t n = 0; n < records; ++n) journal.push_back(generator.next(n));
  return journal;
}

}  // namespace engine
