#pragma once

#include <librdkafka/rdkafka.h>
// The order matters: the mock header lives off the first.
#include <librdkafka/rdkafka_mock.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "journal/loop.hpp"

namespace engine {

// librdkafka's own broker in this process: real sockets, real protocol, transactions without abort markers
// (what an aborted transaction wrote stays readable there, which is harder on the engine than a real broker).
class TestCluster {
 public:
  TestCluster();
  ~TestCluster();

  Config config() const;
  void produce(const std::vector<std::string>& records);   // to `orders`, as risk-management would
  std::vector<std::string> read(const char* topic) const;  // everything that is there now
  void go_down();
  void come_up();
  void fail_next(std::int16_t api, rd_kafka_resp_err_t error, int times);

 private:
  Client owner_;
  rd_kafka_mock_cluster_t* cluster_;
  KafkaSettings settings_;
};

bool eventually(const std::function<bool()>& condition,
                std::chrono::seconds patience = std::chrono::seconds(30));

// A whole engine without its listeners. Destroying it is SIGTERM.
class RunningLoop {
 public:
  explicit RunningLoop(Config config, Place place = {});
  ~RunningLoop();
  bool wait_ready() const;

  Mailbox mailbox;
  Health health;
  Metrics metrics;
  std::vector<std::string> published;  // read after the loop has ended

 private:
  Config config_;
  Publish publish_;
  Place place_;
  std::thread thread_;
};

}  // namespace engine
