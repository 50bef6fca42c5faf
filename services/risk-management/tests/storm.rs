//! Exactly once, with a real broker: the service is killed again and again while signals and fills
//! flow, and afterwards every count must be right. Run alone, on a broker with the empty topics
//! signals, fills and orders:
//!   TEST_KAFKA_BROKERS=host:9092 tests/with-postgres.sh cargo test --release --test storm -- --ignored --nocapture

mod common;
#[path = "common/process.rs"]
mod process;

use std::time::{Duration, Instant};

use common::{UNIT, consume, database, environment, fill_text, produce, runtime, signal_of, temp_file};
use process::Service;
use risk_management::message::{Intent, Order, Side};
use tokio::runtime::Runtime;
use tokio_postgres::Client;

const WAVES: u64 = 40;
const WAVE: u64 = 500;
const CALM: u64 = 60_000;

fn signals(range: std::ops::Range<u64>) -> Vec<String> {
    let side = |n| if n % 2 == 0 { Side::Buy } else { Side::Sell };
    // Each quote moves the price, so that most lead to a cancel and a new order.
    let price = |n: u64| (99 + (n % 3) as i64) * UNIT;
    range.map(|n| signal_of(n, "maker", Intent::Quote, side(n / 2), price(n), UNIT / 1000).to_canonical()).collect()
}

fn fills(range: std::ops::Range<u64>) -> Vec<String> {
    range.map(|n| fill_text(n, Side::Buy, 100 * UNIT, 7, "t:1", "t", "m:1", "m", 0)).collect()
}

fn count(runtime: &Runtime, look: &Client, sql: &str) -> i64 {
    runtime.block_on(look.query_one(sql, &[])).unwrap().get(0)
}

fn wait_for(runtime: &Runtime, look: &Client, sql: &str, wanted: i64) {
    let end = Instant::now() + Duration::from_secs(120);
    while count(runtime, look, sql) < wanted {
        assert!(Instant::now() < end, "{sql}: {} of {wanted}", count(runtime, look, sql));
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
#[ignore = "needs a broker of its own: see the head of this file"]
fn a_storm_of_kills_loses_nothing_and_doubles_nothing() {
    let brokers = std::env::var("TEST_KAFKA_BROKERS").expect("TEST_KAFKA_BROKERS");
    let runtime = runtime();
    let look = runtime.block_on(database("storm"));
    let mut environment = environment("storm", &brokers);
    for name in ["DEFAULT_MAX_POSITION_NOTIONAL", "DEFAULT_MAX_OPEN_ORDERS"] {
        environment.insert(name.into(), i32::MAX.to_string() + if name.ends_with("ORDERS") { "" } else { "00000000" });
    }
    let token = temp_file("storm-token", "secret");
    environment.insert("API_TOKEN_FILE".into(), token.to_str().unwrap().into());
    let mut service = Service::start(&environment);
    let mut kills = 0;
    for wave in 0..WAVES {
        produce(&brokers, "signals", &signals(wave * WAVE..(wave + 1) * WAVE));
        produce(&brokers, "fills", &fills(wave * WAVE + 1..(wave + 1) * WAVE + 1));
        // Some die while starting, some while idle, most in the middle of it.
        std::thread::sleep(Duration::from_millis(wave * 137 % 900));
        if wave % 4 != 3 {
            service.kill();
            kills += 1;
            service = Service::start(&environment);
        } else {
            service.wait_ready();
        }
    }
    let decisions = "SELECT count(*) FROM decisions";
    let applied = "SELECT coalesce(max(last_seq), 0) FROM offsets";
    wait_for(&runtime, &look, decisions, (WAVES * WAVE) as i64);
    wait_for(&runtime, &look, applied, (WAVES * WAVE) as i64);

    let start = Instant::now();
    produce(&brokers, "signals", &signals(WAVES * WAVE..WAVES * WAVE + CALM));
    wait_for(&runtime, &look, decisions, (WAVES * WAVE + CALM) as i64);
    let rate = CALM as f64 / start.elapsed().as_secs_f64();
    println!("{kills} kills, then {rate:.0} signals/s, peak resident {} KiB", service.resident_kib());
    // The cancels of one use of the kill switch are published once, whatever dies after it.
    assert_eq!(service.request("POST", "/kill", Some("secret"), r#"{"reason":"storm"}"#).0, 200);
    for _ in 0..3 {
        wait_for(&runtime, &look, "SELECT count(*) FROM kill_switch WHERE active", 1);
        service.kill();
        service = Service::start(&environment);
        service.wait_ready();
        std::thread::sleep(Duration::from_millis(500));
    }
    assert_eq!(service.terminate().0.code(), Some(0));

    let held = "SELECT qty::bigint FROM positions WHERE account = 't'";
    assert_eq!(count(&runtime, &look, held), (WAVES * WAVE * 7) as i64);
    let recorded = "SELECT unnest(orders) FROM decisions ORDER BY src_offset";
    let recorded: Vec<String> =
        runtime.block_on(look.query(recorded, &[])).unwrap().iter().map(|row| row.get(0)).collect();
    let (killed, published): (Vec<String>, Vec<String>) =
        consume(&brokers, "orders").into_iter().partition(|order| order.contains("/k\""));
    assert_eq!(killed.len(), 2, "one live quote a side");
    assert_eq!(published.len(), recorded.len());
    for (published, recorded) in published.iter().zip(&recorded) {
        assert_eq!(published, recorded, "orders are the recorded ones, in the order of the signals");
    }
    let new = published.iter().filter(|o| matches!(Order::parse(o.as_bytes()), Ok(Order::New(_)))).count();
    assert!(new > 0);
}
