//! The two Kafka clients. One consumer reads both topics by assignment: `signals` from the offset
//! committed with the orders, `fills` from the offset kept with the positions. It is in no consumer
//! group session; a predecessor that still runs is fenced by the producer's transactional id.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer, ProducerContext};
use rdkafka::{ClientContext, Offset, TopicPartitionList};

use crate::config;

pub const SIGNALS: &str = "signals";
pub const FILLS: &str = "fills";
pub const ORDERS: &str = "orders";
const GROUP: &str = crate::log::SERVICE;

/// The longest single wait for the broker.
const PATIENCE: Duration = Duration::from_secs(5);

pub type Result<T> = std::result::Result<T, KafkaFault>;

#[derive(Debug)]
pub struct KafkaFault(pub String);

impl std::fmt::Display for KafkaFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<KafkaError> for KafkaFault {
    fn from(e: KafkaError) -> Self {
        KafkaFault(e.to_string())
    }
}

/// A record as it was read.
pub struct Record {
    pub partition: i32,
    pub offset: i64,
    /// When it was published, in milliseconds since 1970.
    pub published_ms: Option<i64>,
    pub payload: Vec<u8>,
}

/// What one turn of the loop has to do.
#[derive(Default)]
pub struct Batch {
    pub fills: Vec<Record>,
    pub signals: Vec<Record>,
}

/// Where `signals` goes on, by partition, and the kill-switch epoch whose cancels are published:
/// kept as the commit's metadata, so that it changes with the orders or not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    pub next: BTreeMap<i32, i64>,
    pub kill_epoch: i64,
}

struct Logs;

impl ClientContext for Logs {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        match level {
            RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical | RDKafkaLogLevel::Error => {
                tracing::warn!(facility, text = message, "kafka client");
            }
            _ => tracing::debug!(facility, text = message, "kafka client"),
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

pub struct Kafka {
    consumer: BaseConsumer<Logs>,
    producer: BaseProducer<Logs>,
}

impl Kafka {
    /// Connects and fences the predecessor: after this no other process can publish or commit.
    pub fn open(config: &config::Kafka) -> Result<Self> {
        let producer: BaseProducer<Logs> = client(config)?
            .set("transactional.id", GROUP)
            .set("transaction.timeout.ms", "30000")
            .set("acks", "all")
            .set("enable.idempotence", "true")
            .set("linger.ms", "1")
            .set("queue.buffering.max.kbytes", "8192")
            .set("message.timeout.ms", "20000")
            .create_with_context(Logs)?;
        producer.init_transactions(PATIENCE)?;
        let consumer: BaseConsumer<Logs> = client(config)?
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
            .create_with_context(Logs)?;
        Ok(Kafka { consumer, producer })
    }

    /// Partitions of a topic that exists.
    fn partitions(&self, topic: &str) -> Result<Vec<i32>> {
        let metadata = self.consumer.fetch_metadata(Some(topic), PATIENCE)?;
        let found = metadata.topics().iter().find(|t| t.name() == topic);
        let ids: Vec<i32> = found.map(|t| t.partitions().iter().map(|p| p.id()).collect()).unwrap_or_default();
        if ids.is_empty() { Err(KafkaFault(format!("topic {topic} does not exist yet"))) } else { Ok(ids) }
    }

    pub fn bounds(&self, topic: &str, partition: i32) -> Result<(i64, i64)> {
        Ok(self.consumer.fetch_watermarks(topic, partition, PATIENCE)?)
    }

    /// What the last committed transaction left; partitions without a commit start at their beginning.
    pub fn committed(&self) -> Result<Committed> {
        let mut wanted = TopicPartitionList::new();
        for partition in self.partitions(SIGNALS)? {
            wanted.add_partition(SIGNALS, partition);
        }
        let mut committed = Committed::default();
        for element in self.consumer.committed_offsets(wanted, PATIENCE)?.elements() {
            element.error()?;
            let (low, high) = self.bounds(SIGNALS, element.partition())?;
            let next = match element.offset() {
                Offset::Offset(offset) => offset,
                _ => low,
            };
            if !(low..=high).contains(&next) {
                tracing::warn!(
                    partition = element.partition(),
                    next,
                    low,
                    high,
                    "signals were lost before they were read"
                );
            }
            committed.next.insert(element.partition(), next.clamp(low, high));
            let epoch = element.metadata().strip_prefix("kill=").and_then(|n| n.parse().ok());
            committed.kill_epoch = committed.kill_epoch.max(epoch.unwrap_or(0));
        }
        Ok(committed)
    }

    /// Starts reading. `orders` must be there too, or the first transaction would fail.
    pub fn assign(&self, signals: &Committed, fills: i64) -> Result<()> {
        self.partitions(ORDERS)?;
        let mut list = TopicPartitionList::new();
        for (partition, next) in &signals.next {
            list.add_partition_offset(SIGNALS, *partition, Offset::Offset(*next))?;
        }
        list.add_partition_offset(FILLS, 0, Offset::Offset(fills))?;
        Ok(self.consumer.assign(&list)?)
    }

    /// Waits for the first record, then takes what is there without waiting.
    pub fn collect(&self, wait: Duration, max: usize) -> Result<Batch> {
        let mut batch = Batch::default();
        let mut timeout = wait;
        for _ in 0..max {
            match self.consumer.poll(timeout) {
                None => break,
                Some(Ok(message)) => {
                    let record = Record {
                        partition: message.partition(),
                        offset: message.offset(),
                        published_ms: message.timestamp().to_millis(),
                        payload: message.payload().unwrap_or_default().to_vec(),
                    };
                    let list = if message.topic() == FILLS { &mut batch.fills } else { &mut batch.signals };
                    list.push(record);
                }
                // The client reconnects by itself; nothing was lost, and what was read still counts.
                Some(Err(e)) if passing(&e) => tracing::debug!(error = %e, "kafka is away"),
                Some(Err(e)) => return Err(e.into()),
            }
            timeout = Duration::ZERO;
        }
        Ok(batch)
    }

    /// Publishes orders (symbol, canonical bytes) and commits what was consumed for them, as one.
    pub fn publish(&self, orders: &[(String, String)], committed: &Committed) -> Result<()> {
        self.producer.begin_transaction()?;
        for (symbol, payload) in orders {
            self.send(symbol, payload)?;
        }
        let mut offsets = TopicPartitionList::new();
        for (partition, next) in &committed.next {
            let mut element = offsets.add_partition(SIGNALS, *partition);
            element.set_offset(Offset::Offset(*next))?;
            element.set_metadata(format!("kill={}", committed.kill_epoch));
        }
        let group = self.consumer.group_metadata().ok_or_else(|| KafkaFault("no consumer group".into()))?;
        self.producer.send_offsets_to_transaction(&offsets, &group, PATIENCE)?;
        Ok(self.producer.commit_transaction(PATIENCE)?)
    }

    fn send(&self, symbol: &str, payload: &str) -> Result<()> {
        let mut record = BaseRecord::to(ORDERS).partition(0).key(symbol).payload(payload);
        loop {
            match self.producer.send(record) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                    record = back;
                    self.producer.poll(Duration::from_millis(10));
                }
                Err((e, _)) => return Err(e.into()),
            }
        }
    }
}

/// Faults after which the consumer goes on where it was.
fn passing(error: &KafkaError) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        error.rdkafka_error_code(),
        Some(Code::AllBrokersDown | Code::BrokerTransportFailure | Code::OperationTimedOut | Code::Resolve)
    )
}

fn client(config: &config::Kafka) -> Result<ClientConfig> {
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
            .set("security.protocol", "sasl_plaintext")
            .set("sasl.mechanism", "SCRAM-SHA-512")
            .set("sasl.username", &sasl.user)
            .set("sasl.password", password.trim_end_matches(['\r', '\n']));
    }
    Ok(client)
}
