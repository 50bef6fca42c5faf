//! The two Kafka clients. One consumer reads both topics by assignment: `signals` from the offset
//! committed with the orders, `fills` from the offset kept with the positions. It is in no consumer
//! group session; a predecessor that still runs is fenced by the producer's transactional id.

mod client;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerGroupMetadata};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{Offset, TopicPartitionList};

use crate::config;
use client::Logs;

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

pub struct Kafka {
    consumer: BaseConsumer<Logs>,
    producer: Arc<BaseProducer<Logs>>,
}

impl Kafka {
    /// Connects and fences the predecessor: after this no other process can publish or commit.
    pub fn open(config: &config::Kafka) -> Result<Self> {
        let producer = client::producer(config)?;
        producer.init_transactions(PATIENCE)?;
        Ok(Kafka { consumer: client::consumer(config)?, producer: Arc::new(producer) })
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
        self.send_offsets(offsets, group)?;
        Ok(self.producer.commit_transaction(PATIENCE)?)
    }

    /// librdkafka waits for a lost group coordinator for ever, whatever the timeout (its issue 5456).
    /// The call is left behind in its thread: it ends when the broker is back, and by then the next
    /// session's producer has fenced this one.
    fn send_offsets(&self, offsets: TopicPartitionList, group: ConsumerGroupMetadata) -> Result<()> {
        let producer = self.producer.clone();
        let (done, answer) = channel();
        std::thread::spawn(move || done.send(producer.send_offsets_to_transaction(&offsets, &group, PATIENCE)));
        match answer.recv_timeout(PATIENCE + Duration::from_secs(1)) {
            Ok(result) => Ok(result?),
            Err(_) => Err(KafkaFault("the group coordinator does not answer".into())),
        }
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
