//! Servers that prove who they are: which certificates are believed, and the settings that say so.

mod common;

use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use common::{certificate, database, environment, runtime, temp_file};
use openssl::ssl::{SslAcceptor, SslFiletype, SslMethod};
use risk_management::config::{Config, Postgres};
use risk_management::kafka::Kafka;
use risk_management::problem::Problem;
use risk_management::store::{Reader, Store};

fn read(name: &str, brokers: &str, changes: &[(&str, &str)]) -> Result<Config, Problem> {
    let mut environment = environment(name, brokers);
    environment.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Config::read(|key| environment.get(key).cloned())
}

#[test]
fn authorities_belong_to_tls_and_are_looked_at_early() {
    let (ca, password) = (certificate("server.crt"), temp_file("tls-password", "secret\n"));
    let password = password.to_str().unwrap();
    let tls = [("KAFKA_SECURITY", "sasl_ssl"), ("KAFKA_PASSWORD_FILE", password)];
    let good = read("tls", "x:1", &[&tls[..], &[("KAFKA_CA_FILE", &ca), ("POSTGRES_CA_FILE", &ca)]].concat()).unwrap();
    assert_eq!(good.kafka.sasl.unwrap().ca_file.unwrap().to_str(), Some(ca.as_str()));
    assert_eq!(good.postgres.ca_file.unwrap().to_str(), Some(ca.as_str()));
    for (changes, variable) in [
        (&tls[..], "KAFKA_CA_FILE"),
        (&[tls[0], tls[1], ("KAFKA_CA_FILE", "/nonexistent")], "KAFKA_CA_FILE"),
        (&[tls[0], ("KAFKA_CA_FILE", &ca)], "KAFKA_PASSWORD_FILE"),
        (&[("KAFKA_SECURITY", "sasl_plaintext"), tls[1], ("KAFKA_CA_FILE", &ca)], "KAFKA_CA_FILE"),
        (&[("KAFKA_CA_FILE", &ca)], "KAFKA_CA_FILE"),
        (&[("POSTGRES_CA_FILE", "/nonexistent")], "POSTGRES_CA_FILE"),
        (&[("POSTGRES_CA_FILE", password)], "POSTGRES_CA_FILE"),
    ] {
        let problem = read("tls", "x:1", changes).unwrap_err();
        assert_eq!(problem.what, variable, "{changes:?}");
        assert!(!problem.given.is_empty() && !problem.allowed.is_empty() && !problem.remedy.is_empty());
    }
}

fn postgres(name: &str, changes: &[(&str, &str)]) -> Postgres {
    read(name, "unused", changes).unwrap().postgres
}

#[test]
fn postgres_is_entered_with_a_password_over_tls_and_without() {
    runtime().block_on(async {
        let admin = database("tls_enter").await;
        admin.batch_execute("CREATE ROLE by_password SUPERUSER LOGIN PASSWORD 'secret'").await.unwrap();
        let (ca, right, wrong) =
            (certificate("server.crt"), temp_file("tls-right", "secret\n"), temp_file("tls-wrong", "guess\n"));
        let [right, wrong] = [&right, &wrong].map(|path| ("POSTGRES_PASSWORD_FILE", path.to_str().unwrap()));
        let user = ("POSTGRES_USER", "by_password");
        for (encrypted, trust) in [(true, ("POSTGRES_CA_FILE", ca.as_str())), (false, ("POSTGRES_CA_FILE", ""))] {
            let store = Store::open(&postgres("tls_enter", &[user, right, trust]), &[]).await.unwrap();
            let writer = "SELECT bool_or(ssl), count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                          WHERE usename = 'by_password' AND datname = current_database()";
            let row = admin.query_one(writer, &[]).await.unwrap();
            assert_eq!((row.get::<_, bool>(0), row.get::<_, i64>(1)), (encrypted, 1));
            drop(store);
            while admin.query_one(writer, &[]).await.unwrap().get::<_, i64>(1) > 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            let refused = Reader::new(postgres("tls_enter", &[user, wrong, trust])).kill().await.unwrap_err();
            assert!(refused.0.contains("password"), "{refused}");
        }
    });
}

#[test]
fn a_postgres_that_is_not_the_one_is_refused() {
    runtime().block_on(async {
        database("tls_refused").await;
        let (ours, other) = (certificate("server.crt"), certificate("other.crt"));
        for (host, ca, reason) in
            [("127.0.0.1", &other, "self-signed certificate"), ("localhost", &ours, "hostname mismatch")]
        {
            let settings = postgres("tls_refused", &[("POSTGRES_HOST", host), ("POSTGRES_CA_FILE", ca)]);
            let refused = Reader::new(settings).kill().await.unwrap_err();
            assert!(refused.0.contains(reason), "{host}, {ca}: {refused}");
        }
    });
}

/// Shakes hands with the first who comes, and tells whether they believed the certificate.
fn listener() -> (u16, Receiver<Result<(), String>>) {
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls()).unwrap();
    acceptor.set_certificate_chain_file(certificate("server.crt")).unwrap();
    acceptor.set_private_key_file(certificate("server.key"), SslFiletype::PEM).unwrap();
    let acceptor = acceptor.build();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (told, result) = channel();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        told.send(acceptor.accept(stream).map(drop).map_err(|e| e.to_string())).unwrap();
    });
    (port, result)
}

#[test]
fn a_broker_is_believed_only_by_its_authority_and_its_name() {
    let password = temp_file("tls-broker", "secret\n");
    let (ours, other) = (certificate("server.crt"), certificate("other.crt"));
    for (host, ca, believed) in [("127.0.0.1", &ours, true), ("127.0.0.1", &other, false), ("localhost", &ours, false)]
    {
        let (port, result) = listener();
        let config = read(
            "tls_broker",
            &format!("{host}:{port}"),
            &[
                ("KAFKA_SECURITY", "sasl_ssl"),
                ("KAFKA_PASSWORD_FILE", password.to_str().unwrap()),
                ("KAFKA_CA_FILE", ca),
            ],
        )
        .unwrap();
        // It shakes hands and says no more, so opening fails in any case.
        assert!(Kafka::open(&config.kafka).is_err());
        let result = result.recv_timeout(Duration::from_secs(20)).unwrap();
        assert_eq!(result.is_ok(), believed, "{host}, {ca}: {result:?}");
    }
}
