#include "journal/test_cluster.hpp"

#include <stdexcept>

#include "messages/messages.hpp"

namespace engine {

TestCluster::TestCluster() {
  char why[256];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "client.id", "mock", why, sizeof why);
  owner_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why));
  cluster_ = rd_kafka_mock_cluster_new(owner_.get(), 1);
  settings_ = KafkaSettings{rd_kafka_mock_cluster_bootstraps(cluster_), false, "", "", ""};
  for (const char* topic : {kOrdersTopic, kFillsTopic}) rd_kafka_mock_topic_create(cluster_, topic, 1, 1);
}

TestCluster::~TestCluster() { rd_kafka_mock_cluster_destroy(cluster_); }

Config TestCluster::config() const {
  Config config{};
  config.kafka = settings_;
  config.limits = kInitialLimits;
  config.log_level = Level::warn;
  return config;
}

void TestCluster::produce(const std::vector<std::string>& records) {
  char why[256];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", settings_.brokers.c_str(), why, sizeof why);
  rd_kafka_conf_set(conf, "enable.idempotence", "true", why, sizeof why);
  const Client producer(rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why));
  const Topic topic(rd_kafka_topic_new(producer.get(), kOrdersTopic, nullptr));
  for (const std::string& record : records)
    while (rd_kafka_produce(topic.get(), kPartition, RD_KAFKA_MSG_F_COPY, const_cast<char*>(record.data()),
                            record.size(), nullptr, 0, nullptr) != 0)
      rd_kafka_poll(producer.get(), 10);
  if (rd_kafka_flush(producer.get(), 20'000) != RD_KAFKA_RESP_ERR_NO_ERROR)
    throw std::runtime_error("the mock broker takes nothing");
}

std::vector<std::string> TestCluster::read(const char* name) const {
  const Client client = make_consumer(settings_);
  const Topic topic(rd_kafka_topic_new(client.get(), name, nullptr));
  rd_kafka_consume_start(topic.get(), kPartition, RD_KAFKA_OFFSET_BEGINNING);
  std::vector<std::string> values;
  for (const std::int64_t until = steady_ns() + 20'000'000'000; steady_ns() < until;) {
    const Message message(rd_kafka_consume(topic.get(), kPartition, 200));
    if (message && message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) break;
    if (message && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) values.emplace_back(value_of(*message));
  }
  rd_kafka_consume_stop(topic.get(), kPartition);
  return values;
}

void TestCluster::go_down() { rd_kafka_mock_broker_set_down(cluster_, 1); }
void TestCluster::come_up() { rd_kafka_mock_broker_set_up(cluster_, 1); }

void TestCluster::fail_next(std::int16_t api, rd_kafka_resp_err_t error, int times) {
  for (int i = 0; i < times; ++i) rd_kafka_mock_push_request_errors(cluster_, api, std::size_t{1}, error);
}

bool eventually(const std::function<bool()>& condition, std::chrono::seconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < until) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return condition();
}

RunningLoop::RunningLoop(Config config, Place place)
    : config_(std::move(config)),
      publish_([this](const Batch& batch) {
        for (const Published& event : *batch) published.push_back(event.value);
      }),
      place_(place),
      thread_([this] { run_state_loop(config_, mailbox, health, metrics, publish_, place_); }) {
  set_log_level(config_.log_level);
}

RunningLoop::~RunningLoop() {
  health.stop();
  mailbox.wake();
  thread_.join();
}

bool RunningLoop::wait_ready() const {
  return eventually([this] { return health.ready(); });
}

}  // namespace engine
