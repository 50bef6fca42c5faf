#include "journal/reader.hpp"

#include <algorithm>
#include <array>

namespace engine {
namespace {

constexpr std::size_t kBatch = 256;
constexpr std::uint64_t kWake = 1;  // what an eventfd takes

}  // namespace

Reader::Reader(const KafkaSettings& settings, int wake, const Tick& tick) : client_(make_consumer(settings)) {
  const Bounds bounds = wait_for_topic(client_.get(), kOrdersTopic, tick);
  if (bounds.low > 0)
    throw Diverged("the topic orders lost its beginning (first offset " + std::to_string(bounds.low) +
                   "); its retention must be unlimited");
  topic_.reset(rd_kafka_topic_new(client_.get(), kOrdersTopic, nullptr));
  queue_.reset(rd_kafka_queue_new(client_.get()));
  rd_kafka_queue_io_event_enable(queue_.get(), wake, &kWake, sizeof kWake);
  if (rd_kafka_consume_start_queue(topic_.get(), kPartition, 0, queue_.get()) == -1)
    throw JournalError(std::string("read orders: ") + rd_kafka_err2str(rd_kafka_last_error()));
}

Reader::~Reader() {
  rd_kafka_consume_stop(topic_.get(), kPartition);
  rd_kafka_queue_io_event_enable(queue_.get(), -1, nullptr, 0);
}

std::size_t Reader::read(const OnRecord& on_record) {
  std::array<rd_kafka_message_t*, kBatch> raw{};
  const ssize_t count = rd_kafka_consume_batch_queue(queue_.get(), 0, raw.data(), raw.size());
  rd_kafka_poll(client_.get(), 0);
  if (count < 0) throw JournalError(std::string("read orders: ") + rd_kafka_err2str(rd_kafka_last_error()));
  std::array<Message, kBatch> batch;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) batch[i].reset(raw[i]);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) take(*batch[i], on_record);
  return static_cast<std::size_t>(count);
}

void Reader::take(const rd_kafka_message_t& message, const OnRecord& on_record) {
  switch (message.err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      at_end_ = false;
      next_ = message.offset + 1;
      on_record(message.offset, value_of(message));
      return;
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      at_end_ = true;
      next_ = message.offset;
      return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      throw JournalError(std::string("read orders: ") + rd_kafka_message_errstr(&message));
    default:
      log(Level::warn, "reading orders", {{"reason", rd_kafka_message_errstr(&message)}});
  }
}

std::int64_t Reader::behind() const {
  Bounds known{};
  const auto error =
      rd_kafka_get_watermark_offsets(client_.get(), kOrdersTopic, kPartition, &known.low, &known.high);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR ? std::max<std::int64_t>(0, known.high - next_) : 0;
}

std::optional<Offset> Reader::end() const {
  Bounds bounds{};
  const auto error = rd_kafka_query_watermark_offsets(client_.get(), kOrdersTopic, kPartition, &bounds.low,
                                                      &bounds.high, 500);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR ? std::optional(bounds.high) : std::nullopt;
}

}  // namespace engine
