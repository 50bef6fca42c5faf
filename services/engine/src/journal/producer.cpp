#include "journal/producer.hpp"

#include <chrono>
#include <thread>

namespace engine {
namespace {

constexpr int kWaitMs = 1000;

}  // namespace

Producer::Producer(const KafkaSettings& settings, Tick tick)
    : tick_(std::move(tick)),
      client_(make_producer(settings)),
      orders_(rd_kafka_topic_new(client_.get(), kOrdersTopic, nullptr)),
      fills_(rd_kafka_topic_new(client_.get(), kFillsTopic, nullptr)) {
  settle("init transactions", [this] { return rd_kafka_init_transactions(client_.get(), kWaitMs); });
}

// Calls until it succeeds or fails in a way that asking again does not mend.
template <typename Call>
void Producer::settle(const char* what, Call call) {
  for (int attempt = 0;; ++attempt) {
    tick_();
    const Failure failure(call());
    if (!failure) return;
    rd_kafka_poll(client_.get(), 0);
    const std::string reason = rd_kafka_error_string(failure.get());
    if (!rd_kafka_error_is_retriable(failure.get())) throw JournalError(std::string(what) + ": " + reason);
    if (attempt % 10 == 0) log(Level::warn, "waiting for Kafka", {{"to", what}, {"reason", reason}});
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

void Producer::begin() {
  settle("begin transaction", [this] { return rd_kafka_begin_transaction(client_.get()); });
}

void Producer::send(const Topic& topic, std::string_view key, std::string_view value) {
  while (rd_kafka_produce(topic.get(), kPartition, RD_KAFKA_MSG_F_COPY, const_cast<char*>(value.data()),
                          value.size(), key.data(), key.size(), nullptr) != 0) {
    const rd_kafka_resp_err_t error = rd_kafka_last_error();
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL)
      throw JournalError(std::string("produce: ") + rd_kafka_err2str(error));
    tick_();
    rd_kafka_poll(client_.get(), 10);  // the buffer empties as the broker takes the rest of the transaction
  }
}

void Producer::commit() {
  settle("commit transaction", [this] { return rd_kafka_commit_transaction(client_.get(), kWaitMs); });
}

}  // namespace engine
