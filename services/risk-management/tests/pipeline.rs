//! Sessions against a real PostgreSQL and librdkafka's own broker. That broker keeps no committed
//! offsets, so each new session reads all signals again: what must come out is known all the same.

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{UNIT, config, consume, database, fill_text, produce, quote, runtime, shared, signal_of};
use rdkafka::mocking::{MockCluster, MockCoordinator};
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use risk_management::command::{Command, Inbox, Outbox, channel_pair};
use risk_management::kafka::{FILLS, ORDERS, SIGNALS};
use risk_management::message::{Intent, Order, Side, Signal};
use risk_management::prune;
use risk_management::session::{Session, Shared};
use risk_management::store::Pruner;
use tokio::runtime::Runtime;
use tokio_postgres::Client;

struct Bench {
    cluster: MockCluster<'static, DefaultProducerContext>,
    brokers: String,
    runtime: Runtime,
    look: Client,
    shared: Arc<Shared>,
    outbox: Outbox,
    inbox: Inbox,
}

impl Bench {
    fn new(name: &str) -> Self {
        let cluster = MockCluster::new(2).unwrap();
        for topic in [SIGNALS, FILLS, ORDERS] {
            cluster.create_topic(topic, 1, 1).unwrap();
            cluster.partition_leader(topic, 0, Some(1)).unwrap();
        }
        cluster.coordinator(MockCoordinator::Transaction("risk-management".into()), 1).unwrap();
        cluster.coordinator(MockCoordinator::Group("risk-management".into()), 2).unwrap();
        let brokers = cluster.bootstrap_servers();
        let runtime = runtime();
        let look = runtime.block_on(database(name));
        let shared = shared(config(name, &brokers));
        let (outbox, inbox) = channel_pair();
        Bench { cluster, brokers, runtime, look, shared, outbox, inbox }
    }

    fn open(&self) -> Session<'_> {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            match Session::open(&self.shared, &self.runtime) {
                Ok(session) => return session,
                Err(fault) if Instant::now() > end => panic!("{fault}"),
                Err(_) => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    }

    fn signals(&self, signals: &[Signal]) {
        let records: Vec<String> = signals.iter().map(Signal::to_canonical).collect();
        produce(&self.brokers, SIGNALS, &records);
    }

    /// Turns until the query counts as many.
    fn turn_until(&self, session: &mut Session<'_>, sql: &str, wanted: i64) {
        let end = Instant::now() + Duration::from_secs(30);
        while self.count(sql) != wanted {
            assert!(Instant::now() < end, "{sql}: {} instead of {wanted}", self.count(sql));
            session.turn(&self.inbox).unwrap();
        }
    }

    fn count(&self, sql: &str) -> i64 {
        self.runtime.block_on(self.look.query_one(sql, &[])).unwrap().get(0)
    }

    fn orders(&self) -> Vec<Order> {
        consume(&self.brokers, ORDERS).iter().map(|o| Order::parse(o.as_bytes()).unwrap()).collect()
    }

    fn order_ids(&self) -> Vec<String> {
        self.orders().iter().map(|o| o.id().to_owned()).collect()
    }
}

const DECISIONS: &str = "SELECT count(*) FROM decisions";
const OPEN: &str = "SELECT count(*) FROM open_orders";

#[test]
fn signals_become_orders_and_fills_become_positions() {
    let bench = Bench::new("pipe_flow");
    bench.signals(&[
        quote(1, Side::Buy, 99),
        quote(2, Side::Sell, 101),
        quote(3, Side::Buy, 99),
        quote(4, Side::Buy, 98),
    ]);
    produce(&bench.brokers, SIGNALS, &["{not json".to_owned()]);
    let mut session = bench.open();
    bench.turn_until(&mut session, DECISIONS, 4);
    assert_eq!(bench.order_ids(), ["s/1/1", "s/2/1", "s/4/1/c", "s/4/1"]);
    assert_eq!(bench.count("SELECT count(*) FROM decisions WHERE verdict = 'kept'"), 1);

    let fills = [
        r#"{"v":1,"kind":"cancelled","seq":1,"in":2,"ts":0,"order":"s/1/1","account":"maker","symbol":"X","leaves":100000000}"#.to_owned(),
        fill_text(2, Side::Buy, 101 * UNIT, UNIT, "t:1", "t", "s/2/1", "maker", 0),
        fill_text(2, Side::Buy, 101 * UNIT, UNIT, "t:1", "t", "s/2/1", "maker", 0),
    ];
    produce(&bench.brokers, FILLS, &fills);
    bench.turn_until(&mut session, "SELECT coalesce(max(next_offset), 0) FROM offsets", 3);
    assert_eq!(bench.count(&format!("SELECT qty::bigint / {UNIT} FROM positions WHERE account = 'maker'")), -1);
    assert_eq!(bench.count(OPEN), 1);
    let metrics = bench.shared.metrics.render();
    assert!(metrics.contains("horizon_risk_management_corrupt_total{topic=\"signals\"} 1"), "{metrics}");
    assert!(metrics.contains("horizon_risk_management_fills_repeated_total 1"));
}

#[test]
fn old_decisions_are_removed_when_their_orders_are_published() {
    let bench = Bench::new("pipe_prune");
    bench.signals(&[quote(1, Side::Buy, 99), quote(2, Side::Sell, 101), quote(3, Side::Buy, 98)]);
    let mut session = bench.open();
    let mut pruner = Pruner::new(bench.shared.config.postgres.clone());
    bench.turn_until(&mut session, DECISIONS, 3);
    bench.runtime.block_on(async {
        assert!(!prune::pass(&bench.shared, &mut pruner).await.unwrap());
        let aged = "UPDATE decisions SET decided_at = now() - interval '8 days' WHERE src_offset < 2";
        bench.look.batch_execute(aged).await.unwrap();
        assert!(!prune::pass(&bench.shared, &mut pruner).await.unwrap(), "less than a batch");
    });
    assert_eq!(bench.count(DECISIONS), 1);
    assert_eq!(bench.count("SELECT below_offset FROM pruned"), 2);
    assert!(bench.shared.metrics.render().contains("horizon_risk_management_decisions_pruned_total 2"));
    bench.signals(&[quote(4, Side::Buy, 97)]);
    bench.turn_until(&mut session, DECISIONS, 2);
}

#[test]
fn fills_are_applied_once_whatever_session_reads_them() {
    let bench = Bench::new("pipe_fills");
    let fill = |seq| fill_text(seq, Side::Sell, 100 * UNIT, UNIT, "t:1", "t", "m:1", "maker", 0);
    for round in 0..4 {
        produce(&bench.brokers, FILLS, &[fill(2 * round + 1), fill(2 * round + 2)]);
        let mut session = bench.open();
        bench.turn_until(&mut session, "SELECT coalesce(max(last_seq), 0) FROM offsets", 2 * round as i64 + 2);
    }
    assert_eq!(bench.count(&format!("SELECT qty::bigint / {UNIT} FROM positions WHERE account = 'maker'")), 8);
    assert_eq!(bench.count(&format!("SELECT qty::bigint / {UNIT} FROM positions WHERE account = 't'")), -8);
}

#[test]
fn a_crash_between_record_and_publication_publishes_the_recorded_orders_once() {
    let bench = Bench::new("pipe_crash");
    bench.signals(&[quote(1, Side::Buy, 99), quote(2, Side::Buy, 98), quote(3, Side::Sell, 101)]);
    let mut session = bench.open();
    // The broker lets no transaction begin: the decisions are in the database, the orders nowhere.
    let denied = RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    bench.cluster.request_errors(RDKafkaApiKey::AddPartitionsToTxn, &[denied; 8]);
    let end = Instant::now() + Duration::from_secs(30);
    while session.turn(&bench.inbox).is_ok() {
        assert!(Instant::now() < end, "the transaction did not fail");
    }
    drop(session);
    bench.cluster.clear_request_errors(RDKafkaApiKey::AddPartitionsToTxn);
    let decided = bench.count(DECISIONS);
    assert!(decided > 0, "nothing was recorded before the crash");
    assert!(bench.orders().is_empty());
    let recorded = "SELECT md5(string_agg(signal_id || orders::text || decided_at::text, ',' ORDER BY signal_id)) FROM decisions WHERE src_offset < $1";
    let before: String = bench.runtime.block_on(bench.look.query_one(recorded, &[&decided])).unwrap().get(0);

    let mut session = bench.open();
    bench.turn_until(&mut session, DECISIONS, 3);
    let end = Instant::now() + Duration::from_secs(30);
    while bench.orders().len() < 4 {
        assert!(Instant::now() < end, "{:?}", bench.order_ids());
        session.turn(&bench.inbox).unwrap();
    }
    assert_eq!(bench.order_ids(), ["s/1/1", "s/2/1/c", "s/2/1", "s/3/1"]);
    let after: String = bench.runtime.block_on(bench.look.query_one(recorded, &[&decided])).unwrap().get(0);
    assert_eq!(before, after, "a decision was made again");
}

#[test]
fn the_kill_switch_cancels_what_is_live_refuses_what_comes_and_is_lasting() {
    let bench = Bench::new("pipe_kill");
    bench.signals(&[quote(1, Side::Buy, 99), quote(2, Side::Sell, 101)]);
    let mut session = bench.open();
    bench.turn_until(&mut session, DECISIONS, 2);
    bench.shared.brake.pull("test".into());
    session.turn(&bench.inbox).unwrap();
    assert_eq!(bench.order_ids(), ["s/1/1", "s/2/1", "s/1/1/k", "s/2/1/k"]);
    assert_eq!(bench.count("SELECT count(*) FROM open_orders WHERE cancelling"), 2);

    bench.signals(&[signal_of(3, "momentum", Intent::Take, Side::Buy, 100 * UNIT, UNIT)]);
    bench.turn_until(&mut session, "SELECT count(*) FROM decisions WHERE reason = 'kill_switch'", 1);
    assert_eq!(bench.orders().len(), 4);

    ask(&bench, &mut session, Command::Release).unwrap();
    bench.signals(&[signal_of(4, "momentum", Intent::Take, Side::Buy, 100 * UNIT, UNIT)]);
    bench.turn_until(&mut session, "SELECT count(*) FROM decisions WHERE verdict = 'approved'", 3);
    assert_eq!(bench.order_ids().last().unwrap(), "s/4/1");
}

#[test]
fn an_order_recorded_before_the_kill_and_published_after_it_is_refused_instead() {
    let bench = Bench::new("pipe_revise");
    bench.signals(&[quote(1, Side::Buy, 99)]);
    let mut session = bench.open();
    let denied = RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    bench.cluster.request_errors(RDKafkaApiKey::AddPartitionsToTxn, &[denied; 8]);
    let end = Instant::now() + Duration::from_secs(30);
    while session.turn(&bench.inbox).is_ok() {
        assert!(Instant::now() < end, "the transaction did not fail");
    }
    drop(session);
    bench.cluster.clear_request_errors(RDKafkaApiKey::AddPartitionsToTxn);
    bench.shared.brake.pull("test".into());
    let mut session = bench.open();
    bench.turn_until(&mut session, "SELECT count(*) FROM decisions WHERE reason = 'kill_switch'", 1);
    assert!(bench.orders().iter().all(|o| matches!(o, Order::Cancel(_))), "{:?}", bench.order_ids());
    assert_eq!(bench.count(OPEN), 0);
}

#[test]
fn without_postgres_signals_wait_and_none_is_lost() {
    let bench = Bench::new("pipe_outage");
    let mut session = bench.open();
    bench.runtime.block_on(bench.look.batch_execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )).unwrap();
    bench.signals(&[quote(1, Side::Buy, 99)]);
    let end = Instant::now() + Duration::from_secs(30);
    while session.turn(&bench.inbox).is_ok() {
        assert!(Instant::now() < end, "the loss was not noticed");
    }
    drop(session);
    assert!(bench.orders().is_empty());
    let mut session = bench.open();
    bench.turn_until(&mut session, DECISIONS, 1);
    assert_eq!(bench.order_ids(), ["s/1/1"]);
}

#[test]
fn a_group_coordinator_that_is_lost_ends_the_session_in_time_and_nothing_else() {
    let bench = Bench::new("pipe_coordinator");
    let mut session = bench.open();
    bench.cluster.broker_down(2).unwrap();
    bench.signals(&[quote(1, Side::Buy, 99)]);
    let start = Instant::now();
    while session.turn(&bench.inbox).is_ok() {
        assert!(start.elapsed() < Duration::from_secs(40), "the loss was not noticed");
    }
    drop(session);
    assert!(start.elapsed() < Duration::from_secs(40), "{:?}", start.elapsed());
    bench.cluster.broker_up(2).unwrap();
    let mut session = bench.open();
    bench.turn_until(&mut session, DECISIONS, 1);
}

#[test]
fn limits_set_by_an_operator_count_for_the_next_signal() {
    let bench = Bench::new("pipe_limits");
    let mut session = bench.open();
    let limits = bench.shared.config.default_limits["maker"];
    let limits = risk_management::risk::Limits { max_order_notional: 50 * UNIT, ..limits };
    ask(&bench, &mut session, Command::SetLimits { account: "maker".into(), limits }).unwrap();
    bench.signals(&[quote(1, Side::Buy, 99)]);
    bench.turn_until(&mut session, "SELECT count(*) FROM decisions WHERE reason = 'order_notional'", 1);
}

/// Asks as the interface does, and turns until it is answered.
fn ask(bench: &Bench, session: &mut Session<'_>, command: Command) -> Result<(), String> {
    let outbox = bench.outbox.clone();
    let asking = std::thread::spawn(move || runtime().block_on(outbox.ask(command)));
    let end = Instant::now() + Duration::from_secs(15);
    while !asking.is_finished() {
        assert!(Instant::now() < end, "no answer");
        session.turn(&bench.inbox).unwrap();
    }
    asking.join().unwrap()
}
