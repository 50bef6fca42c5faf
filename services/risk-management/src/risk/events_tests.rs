use super::*;
use crate::message::Side;
use crate::risk::Changes;

fn order(side: Side, leaves: i64, quote: bool) -> OpenOrder {
    OpenOrder { account: "maker".into(), symbol: "X".into(), side, price: 10, leaves, quote, cancelling: false }
}

fn event(text: &str) -> FillEvent {
    FillEvent::parse(text.as_bytes()).unwrap()
}

fn fill(taker: &str, taker_leaves: i64, maker: &str, maker_leaves: i64, qty: i64) -> FillEvent {
    event(&format!(
        r#"{{"v":1,"kind":"fill","seq":2,"in":1,"ts":5,"match":1,"symbol":"X","price":10,"qty":{qty},"taker":"{taker}","taker_account":"t","taker_side":"sell","taker_leaves":{taker_leaves},"maker":"{maker}","maker_account":"maker","maker_leaves":{maker_leaves}}}"#
    ))
}

#[test]
fn an_order_counts_until_its_end_and_a_cancel_only_stops_the_count_of_live_ones() {
    let mut state = State::default();
    state.insert_order("a", order(Side::Buy, 5, true));
    assert_eq!(state.quote("maker", "X", Side::Buy).unwrap().0, "a");
    state.mark_cancelling("a");
    assert!(state.quote("maker", "X", Side::Buy).is_none());
    assert_eq!((state.live_orders("maker"), state.leaves("maker", "X", Side::Buy)), (0, 5));
    state.apply(&event(
        r#"{"v":1,"kind":"cancelled","seq":3,"in":2,"ts":5,"order":"a","account":"maker","symbol":"X","leaves":5}"#,
    ));
    assert_eq!((state.order_count(), state.leaves("maker", "X", Side::Buy)), (0, 0));
}

#[test]
fn fills_move_both_accounts_and_close_what_is_done() {
    let mut state = State::default();
    state.insert_order("a", order(Side::Buy, 5, true));
    state.take_changes();
    state.apply(&fill("b", 0, "a", 2, 3));
    assert_eq!(state.position("maker", "X").qty, 3);
    assert_eq!(state.position("t", "X").qty, -3);
    assert_eq!(state.leaves("maker", "X", Side::Buy), 2);
    assert_eq!(state.quote("maker", "X", Side::Buy).unwrap().1.leaves, 2);
    state.apply(&fill("c", 0, "a", 0, 2));
    let changes = state.take_changes();
    assert_eq!((changes.open, changes.closed), (vec![], vec!["a".to_owned()]));
    assert_eq!(changes.positions.len(), 2);
    assert_eq!(state.take_changes(), Changes::default());
}

#[test]
fn a_client_s_order_is_known_from_its_acceptance() {
    let mut state = State::default();
    let accepted = event(
        r#"{"v":1,"kind":"accepted","seq":1,"in":0,"ts":5,"order":"maker:7","account":"maker","symbol":"X","side":"sell","price":3,"qty":4}"#,
    );
    state.apply(&accepted);
    assert_eq!((state.live_orders("maker"), state.leaves("maker", "X", Side::Sell)), (1, 4));
    assert!(state.quote("maker", "X", Side::Sell).is_none());
}

#[test]
fn an_acceptance_of_our_own_order_changes_nothing() {
    let mut state = State::default();
    state.insert_order("a", order(Side::Buy, 5, true));
    state.mark_cancelling("a");
    state.take_changes();
    state.apply(&event(
        r#"{"v":1,"kind":"accepted","seq":1,"in":0,"ts":5,"order":"a","account":"maker","symbol":"X","side":"buy","price":10,"qty":5}"#,
    ));
    assert_eq!(state.take_changes(), Changes::default());
}

#[test]
fn a_rejection_frees_what_was_reserved_and_answers_to_cancels_free_nothing() {
    let mut state = State::default();
    state.insert_order("a", order(Side::Buy, 5, false));
    state.apply(&event(
        r#"{"v":1,"kind":"cancel_rejected","seq":6,"in":2,"ts":5,"order":"a/c","target":"a","account":"maker","symbol":"X","reason":"done"}"#,
    ));
    state.apply(&event(
        r#"{"v":1,"kind":"duplicate","seq":7,"in":2,"ts":5,"order":"a","account":"maker","symbol":"X"}"#,
    ));
    assert_eq!(state.leaves("maker", "X", Side::Buy), 5);
    state.apply(&event(
        r#"{"v":1,"kind":"rejected","seq":8,"in":2,"ts":5,"order":"a","account":"maker","symbol":"X","reason":"notional"}"#,
    ));
    assert_eq!((state.live_orders("maker"), state.leaves("maker", "X", Side::Buy)), (0, 0));
}
