//! The database's side of the service, against a real PostgreSQL.

mod common;

use std::time::Duration;

use common::{UNIT, config, database, fill_text, runtime};
use risk_management::message::{FillEvent, Side};
use risk_management::risk::{Changes, Limits, OpenOrder, Position};
use risk_management::store::{FillsPosition, Pruner, Reader, Recorded, Store};

fn defaults() -> Vec<(String, Limits)> {
    let limits = Limits { max_order_notional: 10, max_position_notional: 20, max_open_orders: 3, enabled: true };
    vec![("maker".into(), limits)]
}

fn order(leaves: i64) -> OpenOrder {
    OpenOrder {
        account: "maker".into(),
        symbol: "X".into(),
        side: Side::Sell,
        price: 7,
        leaves,
        quote: true,
        cancelling: false,
    }
}

fn recorded(id: &str, offset: i64, orders: &[&str]) -> Recorded {
    Recorded {
        signal_id: id.into(),
        account: "maker".into(),
        symbol: "X".into(),
        verdict: "approved",
        reason: "",
        orders: orders.iter().map(ToString::to_string).collect(),
        order_ids: orders.iter().map(|o| format!("id of {o}")).collect(),
        partition: 0,
        offset,
    }
}

#[test]
fn what_is_written_is_loaded_again() {
    runtime().block_on(async {
        database("store_round_trip").await;
        let settings = config("store_round_trip", "unused").postgres;
        let store = Store::open(&settings, &defaults()).await.unwrap();
        assert_eq!(store.fills_position().await.unwrap(), None);

        let mut state = store.load().await.unwrap();
        state.insert_order("a", order(5));
        state.insert_order("b", order(6));
        let fill = fill_text(1, Side::Buy, i64::MAX, 2, "t:1", "t", "a", "maker", 3);
        state.apply(&FillEvent::parse(fill.as_bytes()).unwrap());
        let position = FillsPosition { next_offset: 4, last_seq: 1 };
        store.write_fills(&state.take_changes(), position).await.unwrap();
        state.mark_cancelling("a");
        state.remove_order("b");
        store.write_fills(&state.take_changes(), position).await.unwrap();
        drop(store);

        let store = reopened(&settings).await;
        let loaded = store.load().await.unwrap();
        assert_eq!(store.fills_position().await.unwrap(), Some(position));
        let orders: Vec<_> = loaded.orders().map(|(id, o)| (id.clone(), o.clone())).collect();
        assert_eq!(orders, [("a".to_owned(), OpenOrder { cancelling: true, ..order(3) })]);
        let cost = i128::from(i64::MAX) * 2;
        let held = Position { qty: -2, cost, realised: 0, last_price: i64::MAX };
        assert_eq!(loaded.position("maker", "X"), held);
        assert_eq!(loaded.position("t", "X").qty, 2);
        assert_eq!((loaded.leaves("maker", "X", Side::Sell), loaded.live_orders("maker")), (3, 0));
    });
}

/// The lock of a dropped connection is free a moment later.
async fn reopened(settings: &risk_management::config::Postgres) -> Store {
    for _ in 0..100 {
        match Store::open(settings, &defaults()).await {
            Ok(store) => return store,
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    panic!("the lock was not released");
}

#[test]
fn one_writer_at_a_time() {
    runtime().block_on(async {
        database("store_lock").await;
        let settings = config("store_lock", "unused").postgres;
        let first = Store::open(&settings, &defaults()).await.unwrap();
        let second = Store::open(&settings, &defaults()).await;
        assert!(second.is_err_and(|e| e.to_string().contains("another risk-management")));
        first.ping().await.unwrap();
    });
}

#[test]
fn an_operator_s_limits_outlive_the_defaults() {
    runtime().block_on(async {
        database("store_limits").await;
        let settings = config("store_limits", "unused").postgres;
        let store = Store::open(&settings, &defaults()).await.unwrap();
        let mine = Limits { max_order_notional: 99 * UNIT, enabled: false, ..defaults()[0].1 };
        store.set_limits("maker", &mine).await.unwrap();
        store.set_limits("desk", &mine).await.unwrap();
        drop(store);
        let state = reopened(&settings).await.load().await.unwrap();
        assert_eq!((state.limits("maker"), state.limits("desk")), (Some(&mine), Some(&mine)));
    });
}

#[test]
fn decisions_are_found_with_their_exact_orders_and_revised_by_the_kill_switch() {
    runtime().block_on(async {
        let look = database("store_decisions").await;
        let settings = config("store_decisions", "unused").postgres;
        let store = Store::open(&settings, &[]).await.unwrap();
        let rows = [recorded("s/1/1", 7, &["{a}", "{b}"]), recorded("s/2/1", 8, &[])];
        let changes = Changes { open: vec![("s/1/1".into(), order(5))], ..Changes::default() };
        store.record(&rows, &[], &changes).await.unwrap();

        let found = store.find_decisions(&["s/1/1", "s/2/1", "s/3/1"]).await.unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found["s/1/1"].offset, found["s/1/1"].orders.as_slice()),
            (7, ["{a}".into(), "{b}".into()].as_slice())
        );
        assert!(found["s/2/1"].orders.is_empty());

        assert!(store.record(&rows[..1], &[], &Changes::default()).await.is_err(), "recorded twice");

        let revised = recorded("s/1/1", 7, &["{a}"]);
        let closed = Changes { closed: vec!["s/1/1".into()], ..Changes::default() };
        store.record(&[], &[revised], &closed).await.unwrap();
        let row = look
            .query_one("SELECT verdict, reason, orders FROM decisions WHERE signal_id = 's/1/1'", &[])
            .await
            .unwrap();
        assert_eq!((row.get::<_, &str>(0), row.get::<_, &str>(1)), ("refused", "kill_switch"));
        assert_eq!(row.get::<_, Vec<&str>>(2), ["{a}"]);
        assert_eq!(store.load().await.unwrap().order_count(), 0);
    });
}

#[test]
fn old_decisions_go_in_batches_once_their_orders_are_published() {
    runtime().block_on(async {
        let look = database("store_prune").await;
        let settings = config("store_prune", "unused").postgres;
        let store = Store::open(&settings, &[]).await.unwrap();
        let rows: Vec<_> = (0..10).map(|n| recorded(&format!("s/{n}/1"), n, &["{a}"])).collect();
        store.record(&rows, &[], &Changes::default()).await.unwrap();
        let mut pruner = Pruner::new(settings.clone());
        let hour = Duration::from_secs(3600);
        assert_eq!(pruner.prune(0, 10, hour, 4).await.unwrap(), 0, "none is old");
        let aged = "UPDATE decisions SET decided_at = now() - interval '61 minutes' WHERE src_offset < 8";
        look.batch_execute(aged).await.unwrap();
        assert_eq!(pruner.prune(1, 10, hour, 4).await.unwrap(), 0, "another partition");

        assert_eq!(pruner.prune(0, 6, hour, 4).await.unwrap(), 4, "a batch");
        assert_eq!(left(&look).await, (vec![4, 5, 6, 7, 8, 9], Some(4)));
        assert_eq!(pruner.prune(0, 6, hour, 4).await.unwrap(), 2, "6 and 7 aren't published");
        assert_eq!(left(&look).await, (vec![6, 7, 8, 9], Some(6)));

        let killed = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                      WHERE pid <> pg_backend_pid() AND datname = current_database()";
        look.batch_execute(killed).await.unwrap();
        let mut gone = pruner.prune(0, 10, hour, 4).await;
        if gone.is_err() {
            gone = pruner.prune(0, 10, hour, 4).await;
        }
        assert_eq!(gone.unwrap(), 2, "8 and 9 are young");
        assert_eq!(left(&look).await, (vec![8, 9], Some(8)));
        assert_eq!(pruner.prune(0, 10, hour, 4).await.unwrap(), 0);
        assert_eq!(left(&look).await, (vec![8, 9], Some(8)), "nothing new to note");
    });
}

/// A decision that is written while old ones go waits for nothing but the database itself.
#[test]
fn pruning_locks_nothing_that_a_decision_needs() {
    runtime().block_on(async {
        let look = database("store_prune_lock").await;
        let settings = config("store_prune_lock", "unused").postgres;
        let store = Store::open(&settings, &[]).await.unwrap();
        store.record(&[recorded("s/1/1", 1, &["{a}"])], &[], &Changes::default()).await.unwrap();
        look.batch_execute("UPDATE decisions SET decided_at = now() - interval '2 hours'").await.unwrap();
        // Another transaction holds the old row: the pruner waits, the writer doesn't.
        look.batch_execute("BEGIN; SELECT * FROM decisions FOR UPDATE").await.unwrap();
        let mut pruner = Pruner::new(settings.clone());
        let pruning = pruner.prune(0, 5, Duration::from_secs(3600), 10);
        let deciding = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let new = [recorded("s/2/1", 2, &["{b}"])];
            store.record(&new, &[], &Changes::default()).await.unwrap();
            store.find_decisions(&["s/1/1", "s/2/1"]).await.unwrap().len()
        };
        tokio::pin!(pruning);
        let found = tokio::select! {
            gone = &mut pruning => panic!("it did not wait: {gone:?}"),
            found = deciding => found,
        };
        assert_eq!(found, 2);
        look.batch_execute("COMMIT").await.unwrap();
        assert_eq!(pruning.await.unwrap(), 1);
    });
}

async fn left(look: &tokio_postgres::Client) -> (Vec<i64>, Option<i64>) {
    let rows = look.query("SELECT src_offset FROM decisions ORDER BY src_offset", &[]).await.unwrap();
    let below = look.query_opt("SELECT below_offset FROM pruned WHERE partition = 0", &[]).await.unwrap();
    (rows.iter().map(|row| row.get(0)).collect(), below.map(|row| row.get(0)))
}

#[test]
fn a_failing_write_changes_nothing_at_all() {
    runtime().block_on(async {
        let look = database("store_atomic").await;
        let settings = config("store_atomic", "unused").postgres;
        let store = Store::open(&settings, &[]).await.unwrap();
        let position = |qty| ("maker".to_owned(), "X".to_owned(), Position { qty, ..Position::default() });
        let changes =
            Changes { positions: vec![position(5)], open: vec![("a".into(), order(0))], ..Changes::default() };
        let at = FillsPosition { next_offset: 9, last_seq: 9 };
        assert!(store.write_fills(&changes, at).await.is_err(), "an open order without leaves");
        let row = look.query_one("SELECT count(*) FROM positions", &[]).await.unwrap();
        assert_eq!(row.get::<_, i64>(0), 0);
        assert_eq!(store.fills_position().await.unwrap(), None);
    });
}

#[test]
fn the_kill_switch_counts_its_uses_and_survives_a_restart() {
    runtime().block_on(async {
        database("store_kill").await;
        let settings = config("store_kill", "unused").postgres;
        let store = Store::open(&settings, &[]).await.unwrap();
        assert_eq!(store.set_kill(true, "first").await.unwrap().epoch, 1);
        assert_eq!(store.set_kill(true, "again").await.unwrap().epoch, 1);
        assert_eq!(store.set_kill(false, "").await.unwrap().epoch, 1);
        assert_eq!(store.set_kill(true, "second").await.unwrap().epoch, 2);
        let kill = store.load().await.unwrap().kill;
        assert!(kill.active && kill.reason == "second");
    });
}

#[test]
fn the_reader_shows_what_was_written_and_comes_back_after_a_loss() {
    runtime().block_on(async {
        let look = database("store_reader").await;
        let settings = config("store_reader", "unused").postgres;
        let store = Store::open(&settings, &defaults()).await.unwrap();
        store.record(&[recorded("s/1/1", 7, &["{\"id\":1}"])], &[], &Changes::default()).await.unwrap();
        let reader = Reader::new(settings);
        let decision = reader.decision("s/1/1").await.unwrap().unwrap();
        assert_eq!((&decision["verdict"], &decision["orders"][0]["id"]), (&"approved".into(), &1.into()));
        assert_eq!(reader.decision("s/9/9").await.unwrap(), None);
        assert_eq!(reader.limits().await.unwrap()["limits"][0]["account"], "maker");
        assert_eq!(reader.kill().await.unwrap()["active"], false);

        look.batch_execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()").await.unwrap();
        let mut answer = reader.positions().await;
        for _ in 0..5 {
            if answer.is_ok() {
                break;
            }
            answer = reader.positions().await;
        }
        assert_eq!(answer.unwrap()["positions"], serde_json::json!([]));
    });
}
