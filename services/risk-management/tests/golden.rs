//! The contract's exact bytes, for the topics this service reads or writes.

use risk_management::message::{FillEvent, Order, Signal};
use serde_json::Value;

#[test]
fn every_golden_value_parses_and_is_written_back_to_the_same_bytes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../messages/golden.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    let mut seen = [0; 3];
    for line in text.lines() {
        let golden: Value = serde_json::from_str(line).unwrap();
        let value = golden["value"].as_str().unwrap();
        let bytes = value.as_bytes();
        let (topic, written) = match golden["topic"].as_str().unwrap() {
            "signals" => (0, Signal::parse(bytes).unwrap().to_canonical()),
            "fills" => (1, FillEvent::parse(bytes).unwrap().to_canonical()),
            // The engine writes its own limits into its journal; nobody else reads or writes them.
            "orders" if value.contains(r#""kind":"limits""#) => continue,
            "orders" => (2, Order::parse(bytes).unwrap().to_canonical()),
            _ => continue,
        };
        assert_eq!(written, value);
        seen[topic] += 1;
    }
    assert!(seen.iter().all(|n| *n > 0), "golden lines of signals, fills and orders: {seen:?}");
}
