#include "journal/kafka.hpp"

#include <chrono>
#include <initializer_list>
#include <thread>
#include <utility>

namespace engine {
namespace {

using Settings = std::initializer_list<std::pair<const char*, std::string>>;
using Conf = std::unique_ptr<rd_kafka_conf_t, Destroy<rd_kafka_conf_destroy>>;

void set_all(rd_kafka_conf_t* conf, Settings settings) {
  char why[256];
  for (const auto& [key, value] : settings)
    if (rd_kafka_conf_set(conf, key, value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK)
      throw std::logic_error(std::string("librdkafka refuses ") + key + ": " + why);
}

void on_log(const rd_kafka_t* client, int severity, const char* facility, const char* text) {
  log(severity <= 4 ? Level::warn : Level::debug, text,
      {{"client", rd_kafka_name(client)}, {"facility", facility}});
}

// Everything here is retried by the library (broker away, users not created yet); it is told once a second
// at most because a restarting broker repeats itself.
void on_error(rd_kafka_t* client, int code, const char* reason, void*) {
  log(Level::debug, "kafka reports",
      {{"client", rd_kafka_name(client)},
       {"code", rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(code))},
       {"reason", reason}});
}

const char* protocol(const KafkaSettings& kafka) {
  if (!kafka.sasl) return "plaintext";
  return kafka.ca_file.empty() ? "sasl_plaintext" : "sasl_ssl";
}

Conf common(const KafkaSettings& kafka) {
  Conf conf(rd_kafka_conf_new());
  set_all(conf.get(), {{"bootstrap.servers", kafka.brokers},
                       {"client.id", "engine"},
                       {"security.protocol", protocol(kafka)},
                       {"reconnect.backoff.ms", "100"},
                       {"reconnect.backoff.max.ms", "1000"},
                       {"topic.metadata.refresh.interval.ms", "30000"},
                       {"log.connection.close", "false"}});
  if (kafka.sasl)
    set_all(conf.get(), {{"sasl.mechanism", "SCRAM-SHA-512"},
                         {"sasl.username", kafka.user},
                         {"sasl.password", kafka.password}});
  // The brokers' names are checked too: that is the library's default.
  if (!kafka.ca_file.empty()) set_all(conf.get(), {{"ssl.ca.location", kafka.ca_file}});
  rd_kafka_conf_set_log_cb(conf.get(), on_log);
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  return conf;
}

Client make(rd_kafka_type_t type, Conf conf) {
  char why[256];
  Client client(rd_kafka_new(type, conf.get(), why, sizeof why));
  if (!client) throw JournalError(std::string("no Kafka client: ") + why);
  static_cast<void>(conf.release());  // the client owns it now
  return client;
}

}  // namespace

// A transaction left open by a killed engine is aborted by its successor's init; the time-out only bounds how
// long readers wait for one that never comes back. Buffers are sized for the container's memory limit.
Client make_producer(const KafkaSettings& settings) {
  Conf conf = common(settings);
  set_all(conf.get(), {{"transactional.id", "engine"},
                       {"transaction.timeout.ms", "15000"},
                       {"message.timeout.ms", "15000"},
                       {"enable.idempotence", "true"},
                       {"acks", "all"},
                       {"linger.ms", "1"},
                       {"queue.buffering.max.kbytes", "16384"}});
  return make(RD_KAFKA_PRODUCER, std::move(conf));
}

Client make_consumer(const KafkaSettings& settings) {
  Conf conf = common(settings);
  set_all(conf.get(), {{"isolation.level", "read_committed"},
                       {"enable.partition.eof", "true"},
                       {"allow.auto.create.topics", "false"},
                       {"auto.offset.reset", "error"},
                       {"enable.auto.commit", "false"},
                       {"fetch.error.backoff.ms", "100"},
                       {"fetch.queue.backoff.ms", "10"},
                       {"fetch.message.max.bytes", "1048576"},
                       {"fetch.max.bytes", "4194304"},
                       {"queued.max.messages.kbytes", "8192"}});
  return make(RD_KAFKA_CONSUMER, std::move(conf));
}

Bounds wait_for_topic(rd_kafka_t* client, const char* topic, const Tick& tick) {
  for (int attempt = 0;; ++attempt) {
    tick();
    Bounds bounds{};
    const auto error =
        rd_kafka_query_watermark_offsets(client, topic, kPartition, &bounds.low, &bounds.high, 1000);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return bounds;
    rd_kafka_poll(client, 0);
    if (attempt % 10 == 0)
      log(Level::warn, "waiting for a Kafka topic", {{"topic", topic}, {"reason", rd_kafka_err2str(error)}});
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

}  // namespace engine
