#include "journal/tail.hpp"

#include <algorithm>

#include "messages/messages.hpp"

namespace engine {
namespace {

// The last event in [from, end of the committed records).
Tail last_event_from(rd_kafka_t* client, std::int64_t from, const Tick& tick) {
  const Topic topic(rd_kafka_topic_new(client, kFillsTopic, nullptr));
  if (rd_kafka_consume_start(topic.get(), kPartition, from) == -1)
    throw JournalError(std::string("read fills: ") + rd_kafka_err2str(rd_kafka_last_error()));
  struct Stop {
    rd_kafka_topic_t* topic;
    ~Stop() { rd_kafka_consume_stop(topic, kPartition); }
  } const stop{topic.get()};

  Tail tail;
  for (;;) {
    tick();
    const Message message(rd_kafka_consume(topic.get(), kPartition, 500));
    rd_kafka_poll(client, 0);
    if (!message) continue;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return tail;
    if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
        message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)
      throw JournalError(std::string("read fills: ") + rd_kafka_message_errstr(message.get()));
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;  // the library goes on by itself
    if (const auto event = parse_event(value_of(*message)))
      tail = {event->seq, std::string(value_of(*message))};
  }
}

}  // namespace

// Looks at ever longer tails, because the end of a partition holds transaction markers and perhaps the
// records of aborted transactions, which are offsets without a record.
Tail read_tail(const KafkaSettings& settings, const Tick& tick) {
  const Client client = make_consumer(settings);
  const Bounds bounds = wait_for_topic(client.get(), kFillsTopic, tick);
  for (std::int64_t reach = 64;; reach *= 8) {
    const std::int64_t from = std::max(bounds.low, bounds.high - reach);
    if (bounds.high > bounds.low) {
      Tail tail = last_event_from(client.get(), from, tick);
      if (tail.seq > 0) return tail;
    }
    if (from > bounds.low) continue;
    if (bounds.low > 0)
      throw Diverged(
          "the topic fills lost its beginning and holds no event, so what was already said is unknown");
    return {};
  }
}

}  // namespace engine
