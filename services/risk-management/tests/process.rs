//! The binary from outside: its settings, probes, interface and end.

mod common;
#[path = "common/process.rs"]
mod process;

use std::process::Command;

use common::{database, environment, runtime, temp_file};
use process::Service;
use rdkafka::mocking::MockCluster;
use serde_json::Value;

const TOPICS: [&str; 3] = ["signals", "fills", "orders"];

#[test]
fn a_bad_setting_ends_it_with_2_and_one_line_that_names_it() {
    let output = Command::new(env!("CARGO_BIN_EXE_risk-management"))
        .env_clear()
        .env("KAFKA_SECURITY", "plaintext")
        .env("COLLAR_BPS", "much")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stdout).unwrap();
    let line: Value = serde_json::from_str(text.trim_end()).unwrap();
    assert_eq!((&line["level"], &line["service"]), (&"error".into(), &"risk-management".into()));
    assert_eq!((&line["what"], &line["given"]), (&"COLLAR_BPS".into(), &"much".into()));
    assert!(line["allowed"].is_string() && line["remedy"].is_string());
    assert!(line["ts"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn without_its_dependencies_it_waits_alive_but_not_ready() {
    let mut environment = environment("process_none", "127.0.0.1:1");
    environment.insert("POSTGRES_PORT".into(), "1".into());
    let service = Service::start(&environment);
    let live = || risk_management::health::probe(service.metrics_port, "/livez");
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !live() {
        assert!(std::time::Instant::now() < end, "not alive");
    }
    assert!(!service.healthcheck());
    let (status, body) = service.request("GET", "/positions", None, "");
    assert_eq!(status, 503);
    assert!(body.contains(r#""remedy":"#), "{body}");
    let (status, _) = service.terminate();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn the_interface_reads_for_all_and_changes_only_for_the_token() {
    let cluster = MockCluster::new(1).unwrap();
    TOPICS.iter().for_each(|topic| cluster.create_topic(topic, 1, 1).unwrap());
    let runtime = runtime();
    runtime.block_on(database("process_api"));
    let token = temp_file("token", "secret\n");
    let mut environment = environment("process_api", &cluster.bootstrap_servers());
    environment.insert("API_TOKEN_FILE".into(), token.to_str().unwrap().into());
    let mut service = Service::start(&environment);
    service.wait_ready();
    assert!(service.healthcheck());

    let limits = r#"{"max_order_notional":5,"max_position_notional":6,"max_open_orders":7,"enabled":false}"#;
    for (method, path, body) in
        [("PUT", "/limits/desk", limits), ("POST", "/kill", r#"{"reason":"x"}"#), ("DELETE", "/kill", "")]
    {
        assert_eq!(service.request(method, path, None, body).0, 401, "{method} {path}");
        assert_eq!(service.request(method, path, Some("Secret"), body).0, 401, "{method} {path}");
    }
    assert_eq!(service.request("PUT", "/limits/desk", Some("secret"), limits).0, 200);
    assert_eq!(service.request("PUT", "/limits/desk", Some("secret"), &limits.replace('5', "-5")).0, 400);
    let (status, body) = service.request("GET", "/limits", None, "");
    assert_eq!(status, 200);
    let shown: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(shown["limits"][0]["account"], "desk");
    assert_eq!(shown["limits"][0]["max_open_orders"], 7);

    assert_eq!(service.request("POST", "/kill", Some("secret"), "{}").0, 400);
    assert_eq!(service.request("POST", "/kill", Some("secret"), r#"{"reason":"drill"}"#).0, 200);
    assert!(service.request("GET", "/kill", None, "").1.contains(r#""active":true"#));
    assert_eq!(service.request("DELETE", "/kill", Some("secret"), "").0, 200);
    assert!(service.request("GET", "/kill", None, "").1.contains(r#""active":false"#));

    let (status, body) = service.request("GET", "/decisions/s/1/1", None, "");
    assert_eq!(status, 404);
    assert!(body.contains(r#""given":"s/1/1""#), "{body}");
    assert_eq!(service.request("GET", "/positions", None, ""), (200, r#"{"positions":[]}"#.to_owned()));

    std::fs::remove_file(token).unwrap();
    let (status, body) = service.request("DELETE", "/kill", Some("secret"), "");
    assert_eq!(status, 503);
    assert!(body.contains("API_TOKEN_FILE"), "{body}");
    let (status, took) = service.terminate();
    assert_eq!(status.code(), Some(0));
    assert!(took.as_secs() < 10, "{took:?}");
}
