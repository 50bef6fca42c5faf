#include "journal/loop.hpp"

namespace engine {
namespace {

// Requests that arrive while there is no session are answered at once.
void refuse_mail(Mailbox& mailbox) {
  std::vector<Submission> submissions;
  std::vector<Query> queries;
  mailbox.take(submissions, queries);
  for (Submission& submission : submissions) submission.done(std::nullopt);
  for (const Query& query : queries) query(nullptr);
}

void wait(Mailbox& mailbox, Health& health, std::int64_t ns) {
  for (const std::int64_t until = steady_ns() + ns; steady_ns() < until && !health.stopping();) {
    health.beat();
    refuse_mail(mailbox);
    mailbox.wait(100);
  }
}

}  // namespace

void run_state_loop(const Config& config, Mailbox& mailbox, Health& health, Metrics& metrics,
                    const Publish& publish, const Place& place) {
  std::int64_t backoff_ns = 100'000'000;
  while (!health.stopping()) {
    const std::int64_t started = steady_ns();
    try {
      Session(config, mailbox, health, metrics, publish, place).run();
    } catch (const Stopped&) {
    } catch (const JournalError& error) {
      metrics.rebuilds.fetch_add(1);
      log(Level::warn, "lost the journal, rebuilding the state from it", {{"reason", error.what()}});
      if (steady_ns() - started > 5'000'000'000) backoff_ns = 100'000'000;
      wait(mailbox, health, backoff_ns);
      backoff_ns = std::min<std::int64_t>(backoff_ns * 2, 1'000'000'000);
    } catch (const Diverged& error) {
      metrics.divergences.fetch_add(1);
      log(Level::error, "the journal and the published events contradict each other; not trading",
          {{"what", error.what()},
           {"remedy",
            "run the version that wrote them, restore the topics, or start with empty topics orders and "
            "fills"}});
      while (!health.stopping()) wait(mailbox, health, 1'000'000'000);
    }
  }
  refuse_mail(mailbox);
}

}  // namespace engine
