#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "journal/kafka.hpp"

namespace engine {

// The committed records of `orders`, from the first to the last and on.
class Reader {
 public:
  using OnRecord = std::function<void(Offset, std::string_view)>;

  // `wake` is an eventfd, written when records arrive after an empty read.
  Reader(const KafkaSettings& settings, int wake, const Tick& tick);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Hands over what has arrived, some hundreds at a time; returns how much. Never waits.
  std::size_t read(const OnRecord& on_record);
  bool at_end() const { return at_end_; }  // everything committed when it was asked for has been read
  Offset next() const { return next_; }
  // Records between what has been read and the end that the broker named with its last answer to a fetch;
  // asks nobody. Transaction markers and records of open transactions count.
  std::int64_t behind() const;
  // Asks the broker; nothing when it does not answer within half a second.
  std::optional<Offset> end() const;

 private:
  void take(const rd_kafka_message_t& message, const OnRecord& on_record);

  Client client_;
  Topic topic_;
  Queue queue_;
  bool at_end_ = false;
  Offset next_ = 0;
};

}  // namespace engine
