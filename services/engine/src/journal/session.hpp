#pragma once

#include <deque>
#include <memory>
#include <memory_resource>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/engine.hpp"
#include "journal/mailbox.hpp"
#include "journal/producer.hpp"
#include "journal/reader.hpp"
#include "journal/tail.hpp"
#include "ops/config.hpp"
#include "ops/cores.hpp"
#include "ops/health.hpp"
#include "ops/metrics.hpp"

namespace engine {

struct Published {
  std::string_view kind;
  std::string symbol, value;
};
using Batch = std::shared_ptr<const std::vector<Published>>;
using Publish = std::function<void(Batch)>;  // called on the state loop's thread, after the commit

// What the state loop has of the machine for itself.
struct Place {
  std::pmr::memory_resource* memory = std::pmr::get_default_resource();
  const Cores* cores = nullptr;  // of which it keeps the last; none: it runs where the scheduler puts it
};

// One life of the state: fence, find out what was said, replay the journal, go on. Ends by an exception, and
// the next session starts from the journal again.
class Session {
 public:
  Session(const Config& config, Mailbox& mailbox, Health& health, Metrics& metrics, const Publish& publish,
          const Place& place);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void run();  // until the process is asked to stop

 private:
  struct Reply {
    std::function<void(Outcome)> done;
    std::size_t first, last;  // its events in the outbox
  };

  void tick() const;
  void turn();
  void answer_mail();
  void apply(Offset offset, std::string_view value);
  void say(const Event& event);
  void commit();
  void deliver();
  void on_end();
  void judge_ready();
  void idle();
  void report();

  const Config& config_;
  Mailbox& mailbox_;
  Health& health_;
  Metrics& metrics_;
  const Publish& publish_;
  const Place& place_;
  bool serving_ = false;  // replayed; from here on a stop waits for the work in hand

  Producer producer_;  // first: after its init nothing of a predecessor is open
  Tail tail_;
  std::pmr::unsynchronized_pool_resource pool_;  // small blocks
  Engine engine_;
  Reader reader_;
  std::int64_t started_ns_;
  std::int64_t probed_ns_ = 0, reported_ns_ = 0, committing_ns_ = 0;
  bool limits_sent_ = false, reachable_ = true;

  std::vector<Submission> submissions_;
  std::vector<Query> queries_;
  std::unordered_map<std::string, std::deque<std::function<void(Outcome)>>> waiting_;
  std::vector<Published> outbox_;
  std::vector<Reply> replies_;
};

}  // namespace engine
