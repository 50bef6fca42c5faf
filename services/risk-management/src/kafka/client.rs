//! How the two clients are set up.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, ConsumerContext};
use rdkafka::error::KafkaError;
use rdkafka::producer::{BaseProducer, DeliveryResult, ProducerContext};

use super::{GROUP, KafkaFault, Result};
use crate::config;

/// Sends the library's words to the service's log. It repeats itself several times a second while
/// the broker is away; one in a while is enough.
#[derive(Default)]
pub struct Logs(Mutex<Option<Instant>>);

impl Logs {
    fn due(&self) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|at| at.elapsed() > Duration::from_secs(10));
        if due {
            *last = Some(Instant::now());
        }
        due
    }
}

impl ClientContext for Logs {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        if (level as i32) <= (RDKafkaLogLevel::Error as i32) && self.due() {
            tracing::warn!(facility, text = message, "kafka client");
        } else {
            tracing::debug!(facility, text = message, "kafka client");
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "kafka client");
    }
}

impl ConsumerContext for Logs {}

impl ProducerContext for Logs {
    type DeliveryOpaque = ();

    // A record that is not delivered fails its transaction, and that is where it is noticed.
    fn delivery(&self, _: &DeliveryResult<'_>, (): ()) {}
}

pub fn producer(config: &config::Kafka) -> Result<BaseProducer<Logs>> {
    Ok(common(config)?
        .set("transactional.id", GROUP)
        .set("transaction.timeout.ms", "30000")
        .set("acks", "all")
        .set("enable.idempotence", "true")
        .set("linger.ms", "1")
        .set("queue.buffering.max.kbytes", "8192")
        .set("message.timeout.ms", "20000")
        .create_with_context(Logs::default())?)
}

pub fn consumer(config: &config::Kafka) -> Result<BaseConsumer<Logs>> {
    Ok(common(config)?
        .set("group.id", GROUP)
        .set("isolation.level", "read_committed")
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("auto.offset.reset", "error")
        .set("allow.auto.create.topics", "false")
        .set("fetch.wait.max.ms", "250")
        .set("fetch.message.max.bytes", "1048576")
        .set("queued.min.messages", "2000")
        .set("queued.max.messages.kbytes", "4096")
        .create_with_context(Logs::default())?)
}

fn common(config: &config::Kafka) -> Result<ClientConfig> {
    let mut client = ClientConfig::new();
    client
        .set("bootstrap.servers", &config.brokers)
        .set("client.id", GROUP)
        .set("reconnect.backoff.max.ms", "1000")
        .set("socket.timeout.ms", "10000")
        .set("topic.metadata.refresh.interval.ms", "60000")
        .set_log_level(RDKafkaLogLevel::Warning);
    if let Some(sasl) = &config.sasl {
        let password = std::fs::read_to_string(&sasl.password_file)
            .map_err(|e| KafkaFault(format!("KAFKA_PASSWORD_FILE {}: {e}", sasl.password_file.display())))?;
        client
            .set("security.protocol", if sasl.ca_file.is_some() { "sasl_ssl" } else { "sasl_plaintext" })
            .set("sasl.mechanism", "SCRAM-SHA-512")
            .set("sasl.username", &sasl.user)
            .set("sasl.password", password.trim_end_matches(['\r', '\n']));
        if let Some(path) = &sasl.ca_file {
            // The brokers' names are checked too: that is the library's default.
            client.set("ssl.ca.location", path.to_string_lossy());
        }
    }
    Ok(client)
}
