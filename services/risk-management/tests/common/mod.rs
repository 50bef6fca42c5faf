//! What the tests share. Each test binary uses a part of it.
#![allow(dead_code)]

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{Offset, TopicPartitionList};
use risk_management::config::Config;
use risk_management::health::Health;
use risk_management::message::{Intent, Side, Signal};
use risk_management::metrics::Metrics;
use risk_management::prune::Published;
use risk_management::session::{Brake, Shared};
use risk_management::store::{Earlier, Recorded};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, NoTls};

pub const UNIT: i64 = 100_000_000;

pub fn signal_of(n: u64, account: &str, intent: Intent, side: Side, price: i64, qty: i64) -> Signal {
    Signal {
        v: 1,
        id: format!("s/{n}/1"),
        session: "s".into(),
        seq: n,
        symbol: "X".into(),
        ts: 1_000 + n as i64,
        account: account.into(),
        intent,
        side,
        price,
        qty,
        reference: 100 * UNIT,
        score: 0,
        model: "0123456789ab".into(),
    }
}

pub fn quote(n: u64, side: Side, price: i64) -> Signal {
    signal_of(n, "maker", Intent::Quote, side, price * UNIT, UNIT)
}

#[allow(clippy::too_many_arguments)]
pub fn fill_text(
    seq: u64,
    side: Side,
    price: i64,
    qty: i64,
    taker: &str,
    taker_account: &str,
    maker: &str,
    maker_account: &str,
    maker_leaves: i64,
) -> String {
    let side = side.as_str();
    format!(
        r#"{{"v":1,"kind":"fill","seq":{seq},"in":0,"ts":0,"match":{seq},"symbol":"X","price":{price},"qty":{qty},"taker":"{taker}","taker_account":"{taker_account}","taker_side":"{side}","taker_leaves":0,"maker":"{maker}","maker_account":"{maker_account}","maker_leaves":{maker_leaves}}}"#
    )
}

pub fn earlier(rows: &[Recorded]) -> HashMap<String, Earlier> {
    let one = |r: &Recorded| Earlier { partition: r.partition, offset: r.offset, orders: r.orders.clone() };
    rows.iter().map(|r| (r.signal_id.clone(), one(r))).collect()
}

pub fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn postgres_port() -> u16 {
    let port = std::env::var("TEST_POSTGRES_PORT").expect("run through tests/with-postgres.sh");
    port.parse().unwrap()
}

/// A certificate or key that tests/with-postgres.sh has made.
pub fn certificate(name: &str) -> String {
    let folder = std::env::var("TEST_CERTIFICATES").expect("run through tests/with-postgres.sh");
    format!("{folder}/{name}")
}

/// A database of the test's own, and a connection to look into it.
pub async fn database(name: &str) -> Client {
    let name = format!("{name}_{}", std::process::id());
    let admin = connect("postgres").await;
    admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).await.unwrap();
    admin.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
    connect(&name).await
}

async fn connect(name: &str) -> Client {
    let settings = format!("host=127.0.0.1 port={} user=postgres dbname={name}", postgres_port());
    let (client, connection) = tokio_postgres::connect(&settings, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Settings that reach the test's database and broker.
pub fn environment(name: &str, brokers: &str) -> HashMap<String, String> {
    let database = format!("{name}_{}", std::process::id());
    let port = postgres_port().to_string();
    [
        ("KAFKA_BROKERS", brokers),
        ("KAFKA_SECURITY", "plaintext"),
        ("POSTGRES_HOST", "127.0.0.1"),
        ("POSTGRES_PORT", &port),
        ("POSTGRES_DB", &database),
        ("POSTGRES_USER", "postgres"),
        ("MAX_SIGNAL_AGE_MS", "0"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

pub fn config(name: &str, brokers: &str) -> Config {
    let environment = environment(name, brokers);
    Config::read(|key| environment.get(key).cloned()).unwrap()
}

pub fn shared(config: Config) -> Arc<Shared> {
    Arc::new(Shared {
        config,
        metrics: Metrics::new().unwrap(),
        health: Health::default(),
        brake: Brake::default(),
        published: Published::default(),
    })
}

pub fn temp_file(name: &str, text: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("risk-{name}-{}", std::process::id()));
    std::fs::write(&path, text).unwrap();
    path
}

/// Publishes records and waits until the broker has them.
pub fn produce(brokers: &str, topic: &str, records: &[String]) {
    let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", brokers).create().unwrap();
    for record in records {
        while producer.send(BaseRecord::to(topic).partition(0).key("X").payload(record)).is_err() {
            producer.poll(Duration::from_millis(50));
        }
    }
    producer.flush(Duration::from_secs(20)).unwrap();
}

/// Everything committed in a topic's partition.
pub fn consume(brokers: &str, topic: &str) -> Vec<String> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "test")
        .set("isolation.level", "read_committed")
        .set("enable.partition.eof", "true")
        .set("enable.auto.commit", "false")
        .create()
        .unwrap();
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, 0, Offset::Beginning).unwrap();
    consumer.assign(&list).unwrap();
    let mut records = vec![];
    loop {
        match consumer.poll(Duration::from_secs(20)) {
            Some(Ok(message)) => records.push(String::from_utf8(message.payload().unwrap().to_vec()).unwrap()),
            Some(Err(rdkafka::error::KafkaError::PartitionEOF(_))) => return records,
            Some(Err(e)) => panic!("{topic}: {e}"),
            None => panic!("{topic}: no answer, {} records so far", records.len()),
        }
    }
}
