#pragma once

#include <librdkafka/rdkafka.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "ops/config.hpp"

namespace engine {

constexpr const char* kOrdersTopic = "orders";
constexpr const char* kFillsTopic = "fills";
constexpr std::int32_t kPartition = 0;

// Kafka refused or lost something for good: the session is over and the state is rebuilt from the journal.
struct JournalError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// The journal and what was published contradict each other. No retry mends that, and going on would publish
// a book that its readers never saw.
struct Diverged : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// Asked to stop while waiting.
struct Stopped {};

template <auto destroy>
struct Destroy {
  template <typename T>
  void operator()(T* object) const {
    destroy(object);
  }
};
using Client = std::unique_ptr<rd_kafka_t, Destroy<rd_kafka_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroy<rd_kafka_queue_destroy>>;
using Topic = std::unique_ptr<rd_kafka_topic_t, Destroy<rd_kafka_topic_destroy>>;
using Message = std::unique_ptr<rd_kafka_message_t, Destroy<rd_kafka_message_destroy>>;
using Failure = std::unique_ptr<rd_kafka_error_t, Destroy<rd_kafka_error_destroy>>;

Client make_producer(const KafkaSettings& settings);  // transactional.id is "engine"
Client make_consumer(const KafkaSettings& settings);  // read_committed, no group

// Called while waiting for Kafka: beats the heart; throws Stopped when the process is to end.
using Tick = std::function<void()>;

// The partition's committed records are [low, high). Waits until the topic exists and answers.
struct Bounds {
  std::int64_t low, high;
};
Bounds wait_for_topic(rd_kafka_t* client, const char* topic, const Tick& tick);

inline std::string_view value_of(const rd_kafka_message_t& message) {
  return {static_cast<const char*>(message.payload), message.len};
}

}  // namespace engine
