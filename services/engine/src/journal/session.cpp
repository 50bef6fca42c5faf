#include "journal/session.hpp"

#include "messages/messages.hpp"

namespace engine {
namespace {

constexpr std::size_t kBatchEvents = 1000;            // a transaction holds about this many events
constexpr std::int64_t kBatchNs = 5'000'000;          // and gathers them for at most this long
constexpr std::int64_t kProbeNs = 2'000'000'000;      // how often an idle loop asks whether Kafka answers
constexpr std::int64_t kReportNs = 1'000'000'000;     // how often the costlier gauges are set
constexpr std::int64_t kStopGraceNs = 5'000'000'000;  // for a commit in flight
constexpr std::int64_t kDrainNs = 3'000'000'000;      // for orders taken but not yet answered

std::string id_of(const Request& request) {
  return std::visit([](const auto& record) { return std::string(record.id); }, request);
}

}  // namespace

Session::Session(const Config& config, Mailbox& mailbox, Health& health, Metrics& metrics,
                 const Publish& publish, const Place& place)
    : config_(config),
      mailbox_(mailbox),
      health_(health),
      metrics_(metrics),
      publish_(publish),
      place_(place),
      producer_(config.kafka, [this] { tick(); }),
      tail_(read_tail(config.kafka, [this] { tick(); })),
      pool_({4096, 4096}, place.memory),  // larger ones are handed out one by one
      engine_([this](const Event& event) { say(event); }, &pool_),
      reader_(config.kafka, mailbox.descriptor(), [this] { tick(); }),
      started_ns_(steady_ns()) {
  log(Level::info, "replaying the journal", {{"published_seq", std::to_string(tail_.seq)}});
}

Session::~Session() {
  health_.set_ready(false);
  metrics_.ready = 0;
  for (Reply& reply : replies_) reply.done(std::nullopt);
  for (auto& [id, all] : waiting_)
    for (auto& done : all) done(std::nullopt);
  for (Submission& submission : submissions_)
    if (submission.done) submission.done(std::nullopt);
}

void Session::run() {
  // Not earlier: the threads of the Kafka client, started before, would share the core.
  const OnLastCore alone(place_.cores);
  while (!health_.stopping() || (!waiting_.empty() && !health_.stopping_for(kDrainNs))) {
    tick();
    turn();
  }
}

void Session::tick() const {
  health_.beat();
  if (committing_ns_ != 0 && steady_ns() - committing_ns_ > kProbeNs) {
    health_.set_ready(false);
    metrics_.ready = 0;
  }
  if (health_.stopping() && (!serving_ || health_.stopping_for(kStopGraceNs))) throw Stopped{};
}

void Session::turn() {
  answer_mail();
  std::size_t records = 0;
  for (const std::int64_t until = steady_ns() + kBatchNs;
       outbox_.size() < kBatchEvents && steady_ns() < until;) {
    const std::size_t count =
        reader_.read([this](Offset offset, std::string_view value) { apply(offset, value); });
    if (count == 0) break;
    records += count;
    health_.beat();
  }
  if (!outbox_.empty() || !submissions_.empty()) commit();
  if (reader_.at_end()) on_end();
  report();
  if (records == 0 && submissions_.empty()) idle();
  judge_ready();
}

void Session::answer_mail() {
  mailbox_.take(submissions_, queries_);
  for (const Query& query : queries_) query(serving_ ? &engine_ : nullptr);
  queries_.clear();
}

void Session::apply(Offset offset, std::string_view value) {
  const auto request = parse_request(value);
  if (!request) {
    metrics_.corrupt.fetch_add(1);
    log(Level::warn, "skipped a journal record that is corrupt or of an unknown kind",
        {{"offset", std::to_string(offset)}});
    return;
  }
  static constexpr std::string_view kKinds[] = {"new", "cancel", "limits"};
  metrics_.orders.add(kKinds[request->index()]);
  if (std::holds_alternative<SetLimits>(*request)) limits_sent_ = false;
  const std::size_t first = outbox_.size();
  const std::int64_t before = steady_ns();
  engine_.apply(*request, offset);
  metrics_.match.observe(steady_ns() - before);

  const auto waiter = waiting_.find(id_of(*request));
  if (waiter == waiting_.end()) return;
  replies_.push_back({std::move(waiter->second.front()), first, outbox_.size()});
  waiter->second.pop_front();
  if (waiter->second.empty()) waiting_.erase(waiter);
}

void Session::say(const Event& event) {
  Published said{kind(event), std::string(symbol(event)), {}};
  write(said.value, event);
  if (event.seq > tail_.seq) return outbox_.push_back(std::move(said));
  if (event.seq == tail_.seq && said.value != tail_.value)
    throw Diverged("replay says at seq " + std::to_string(event.seq) + " " + said.value +
                   " but published was " + tail_.value);
}

// Results of orders already in the journal and orders that are to enter it: one transaction.
void Session::commit() {
  committing_ns_ = steady_ns();
  producer_.begin();
  for (const Published& event : outbox_) producer_.send(producer_.fills(), event.symbol, event.value);
  for (const Submission& submission : submissions_)
    producer_.send(producer_.orders(), submission.key, submission.value);
  producer_.commit();
  committing_ns_ = 0;
  metrics_.transactions.fetch_add(1);
  for (Submission& submission : submissions_)
    if (submission.done) waiting_[submission.id].push_back(std::move(submission.done));
  submissions_.clear();
  deliver();
}

void Session::deliver() {
  for (const Published& event : outbox_) {
    metrics_.events.add(event.kind);
    if (event.kind != "rejected") continue;
    const auto rejected = parse_event(event.value);
    if (rejected) metrics_.rejects.add(std::get<Rejected>(rejected->body).reason);
  }
  const auto batch = std::make_shared<const std::vector<Published>>(std::move(outbox_));
  outbox_.clear();
  for (const Reply& reply : replies_) {
    std::vector<std::string> said;
    for (std::size_t i = reply.first; i < reply.last; ++i) said.push_back((*batch)[i].value);
    reply.done(std::move(said));
  }
  replies_.clear();
  if (!batch->empty()) publish_(batch);
}

// All of the journal is applied. Limits that differ from the configured ones go through the journal like
// everything else that changes the state.
void Session::on_end() {
  if (!serving_) {
    if (engine_.seq() < tail_.seq)
      throw Diverged("the topic orders explains events up to seq " + std::to_string(engine_.seq()) +
                     " but fills holds seq " + std::to_string(tail_.seq) + "; the journal lost records");
    serving_ = true;
    metrics_.replay_ns = steady_ns() - started_ns_;
    log(Level::info, "journal replayed",
        {{"seq", std::to_string(engine_.seq())}, {"next_offset", std::to_string(reader_.next())}});
  }
  if (engine_.limits() != config_.limits && !limits_sent_) {
    const std::int64_t now = wall_ns();
    const std::string id = "limits/" + std::to_string(now);
    Submission record{id, "*", {}, nullptr};
    write(record.value, SetLimits{id, config_.limits, now});
    submissions_.push_back(std::move(record));
    limits_sent_ = true;
    commit();
  }
}

// The limits in force are the configured ones only after the journal told them, so an engine that is not
// ready for any reason never answers by other rules than it was given.
void Session::judge_ready() {
  const bool ready = serving_ && reachable_ && engine_.limits() == config_.limits;
  health_.set_ready(ready);
  metrics_.ready = ready && !health_.stopping();
}

void Session::idle() {
  if (steady_ns() - probed_ns_ > kProbeNs) {
    const auto end = reader_.end();
    if (end.has_value() != reachable_)
      log(Level::warn, end ? "Kafka answers again" : "Kafka does not answer");
    reachable_ = end.has_value();
    probed_ns_ = steady_ns();
  }
  if (!config_.spin) mailbox_.wait(250);
}

void Session::report() {
  metrics_.last_seq = engine_.seq();
  metrics_.journal_offset = reader_.next();
  metrics_.journal_lag = reader_.behind();
  metrics_.live_orders = static_cast<std::int64_t>(engine_.live());
  metrics_.known_ids = static_cast<std::int64_t>(engine_.known());
  if (steady_ns() - reported_ns_ < kReportNs) return;
  reported_ns_ = steady_ns();
  std::vector<BookDepth> books;
  for (const auto& [symbol, market] : engine_.markets())
    books.push_back({symbol, market.book.level_count(Side::buy), market.book.level_count(Side::sell)});
  metrics_.set_books(std::move(books));
}

}  // namespace engine
