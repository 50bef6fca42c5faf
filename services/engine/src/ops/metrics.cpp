#include "ops/metrics.hpp"

#include <cstdio>

#ifndef ENGINE_VERSION
#define ENGINE_VERSION "dev"
#endif

namespace engine {
namespace {

std::string seconds(std::int64_t ns) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", static_cast<double>(ns) / 1e9);
  return text;
}

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name).append(" ");
  out.append(type).append("\n");
}

void sample(std::string& out, std::string_view name, std::string_view labels, const std::string& value) {
  out.append(name);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(value).append("\n");
}

void single(std::string& out, std::string_view name, std::string_view type, std::string_view help,
            const std::string& value) {
  head(out, name, type, help);
  sample(out, name, "", value);
}

template <std::size_t N>
void labelled(std::string& out, std::string_view name, std::string_view label, std::string_view help,
              const Labelled<N>& all) {
  head(out, name, "counter", help);
  for (std::size_t i = 0; i < N; ++i)
    sample(out, name, std::string(label) + "=\"" + std::string(all.values[i]) + "\"",
           std::to_string(all.counts[i].load()));
}

}  // namespace

void Histogram::observe(std::int64_t ns) {
  std::size_t at = 0;
  while (at < kBounds.size() && ns > kBounds[at]) ++at;
  buckets_[at].fetch_add(1, std::memory_order_relaxed);
  sum_ns_.fetch_add(static_cast<std::uint64_t>(ns), std::memory_order_relaxed);
}

void Histogram::render(std::string& out, std::string_view name, std::string_view help) const {
  head(out, name, "histogram", help);
  const std::string bucket = std::string(name) + "_bucket";
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < kBounds.size(); ++i) {
    total += buckets_[i].load();
    sample(out, bucket, "le=\"" + seconds(kBounds[i]) + "\"", std::to_string(total));
  }
  total += buckets_.back().load();
  sample(out, bucket, "le=\"+Inf\"", std::to_string(total));
  sample(out, std::string(name) + "_sum", "", seconds(static_cast<std::int64_t>(sum_ns_.load())));
  sample(out, std::string(name) + "_count", "", std::to_string(total));
}

void Metrics::set_books(std::vector<BookDepth> books) {
  const std::lock_guard lock(guard_);
  books_ = std::move(books);
}

std::string Metrics::render() const {
  std::string out;
  const auto text = [](const auto& number) { return std::to_string(number.load()); };
  head(out, "horizon_build_info", "gauge", "Always 1.");
  sample(out, "horizon_build_info", "service=\"engine\",version=\"" ENGINE_VERSION "\"", "1");
  labelled(out, "horizon_engine_orders_total", "kind", "Records of the journal applied, replay included.",
           orders);
  labelled(out, "horizon_engine_events_total", "kind", "Events published.", events);
  single(out, "horizon_engine_fills_total", "counter", "Matches published.", text(events.counts[1]));
  labelled(out, "horizon_engine_rejects_total", "reason", "Orders rejected.", rejects);
  single(out, "horizon_engine_corrupt_total", "counter",
         "Journal records skipped: corrupt or of an unknown kind.", text(corrupt));
  single(out, "horizon_engine_transactions_total", "counter", "Kafka transactions committed.",
         text(transactions));
  single(out, "horizon_engine_rebuilds_total", "counter",
         "Times the state was rebuilt after a lost transaction or broker.", text(rebuilds));
  single(out, "horizon_engine_divergences_total", "counter",
         "Replays that contradicted what was published before.", text(divergences));
  single(out, "horizon_engine_live_orders", "gauge", "Orders resting in all books.", text(live_orders));
  single(out, "horizon_engine_known_ids", "gauge", "Ids remembered to recognise duplicates.",
         text(known_ids));
  single(out, "horizon_engine_last_seq", "gauge", "Sequence number of the last event.", text(last_seq));
  single(out, "horizon_engine_journal_offset", "gauge", "Next journal offset to read.", text(journal_offset));
  single(out, "horizon_engine_journal_lag", "gauge", "Journal records not yet applied.", text(journal_lag));
  single(out, "horizon_engine_replay_seconds", "gauge", "Time the last replay took.",
         seconds(replay_ns.load()));
  single(out, "horizon_engine_ready", "gauge", "1 when the journal is replayed and Kafka answers.",
         text(ready));
  single(out, "horizon_engine_connections", "gauge", "Open client connections.", text(connections));
  single(out, "horizon_engine_cores", "gauge", "Cores that the process may run on.", text(cores));
  single(out, "horizon_engine_huge_page_bytes", "gauge", "Memory taken in huge pages.",
         text(huge_page_bytes));
  single(out, "horizon_engine_huge_page_used_bytes", "gauge", "Of that, what the state occupies.",
         text(huge_page_used_bytes));
  single(out, "horizon_engine_memory_locked", "gauge", "1 when no memory can be swapped.",
         text(memory_locked));
  labelled(out, "horizon_engine_clients_refused_total", "reason", "Connections refused or dropped.",
           clients_refused);
  labelled(out, "horizon_engine_requests_total", "status", "API requests answered.", requests);
  match.render(out, "horizon_engine_match_seconds", "Time to apply one journal record.");
  head(out, "horizon_engine_book_levels", "gauge", "Price levels in the book.");
  const std::lock_guard lock(guard_);
  for (const BookDepth& book : books_) {
    const std::string symbol = "symbol=\"" + book.symbol + "\",side=";
    sample(out, "horizon_engine_book_levels", symbol + "\"buy\"", std::to_string(book.bids));
    sample(out, "horizon_engine_book_levels", symbol + "\"sell\"", std::to_string(book.asks));
  }
  return out;
}

}  // namespace engine
