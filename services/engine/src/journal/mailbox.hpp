#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/engine.hpp"

namespace engine {

// What the engine said about one record, as canonical messages. Nothing: the outcome is unknown, because the
// connection to Kafka was lost; the same id may be sent again.
using Outcome = std::optional<std::vector<std::string>>;

// A record for the journal and who waits for its outcome. `done` is called on the state loop's thread.
struct Submission {
  std::string id, key, value;
  std::function<void(Outcome)> done;
};
using Query = std::function<void(const Engine*)>;  // null: the state is being rebuilt

// Hands requests to the state loop and wakes it. The same descriptor is written by librdkafka when records
// arrive, so that the loop waits in one place and idles without polling.
class Mailbox {
 public:
  static constexpr std::size_t kCapacity = 4096;

  Mailbox();
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  bool submit(Submission submission);  // false: full
  bool ask(Query query);
  void wake() const;

  void take(std::vector<Submission>& submissions, std::vector<Query>& queries);
  void wait(int milliseconds) const;
  int descriptor() const { return descriptor_; }

 private:
  std::mutex guard_;
  std::vector<Submission> submissions_;
  std::vector<Query> queries_;
  int descriptor_;
};

}  // namespace engine
