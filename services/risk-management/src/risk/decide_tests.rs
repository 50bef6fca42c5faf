use super::*;
use crate::message::{FillEvent, Side};
use crate::risk::{Kill, OpenOrder};

const UNIT: i64 = 100_000_000;
const POLICY: Policy = Policy { collar_bps: 100, max_signal_age_ms: Some(5000) };
const NOW: Circumstances = Circumstances { signal_age_ms: 3, fills_lagging: false };

fn signal(n: u32, intent: Intent, side: Side, price: i64, qty: i64) -> Signal {
    Signal {
        v: 1,
        id: format!("s/{n}/1"),
        session: "s".into(),
        seq: u64::from(n),
        symbol: "X".into(),
        ts: 1000 + i64::from(n),
        account: "maker".into(),
        intent,
        side,
        price: price * UNIT,
        qty: qty * UNIT,
        reference: 100 * UNIT,
        score: 0,
        model: "0123456789ab".into(),
    }
}

fn limits() -> Limits {
    Limits { max_order_notional: 1000 * UNIT, max_position_notional: 3000 * UNIT, max_open_orders: 3, enabled: true }
}

fn state() -> State {
    let mut state = State::default();
    state.set_limits("maker", limits());
    state
}

fn verdict(state: &State, signal: &Signal) -> Verdict {
    decide(state, &POLICY, &NOW, signal).verdict
}

fn ids(decision: &Decision) -> Vec<&str> {
    decision.orders.iter().map(Order::id).collect()
}

#[test]
fn a_take_is_one_immediate_order_under_the_signal_s_id() {
    let signal = signal(1, Intent::Take, Side::Buy, 101, 5);
    let decision = decide(&state(), &POLICY, &NOW, &signal);
    assert_eq!(decision.verdict, Verdict::Approved);
    let [Order::New(order)] = decision.orders.as_slice() else { panic!("{decision:?}") };
    assert_eq!((order.id.as_str(), order.tif, order.ts), ("s/1/1", TimeInForce::Ioc, signal.ts));
}

#[test]
fn a_quote_replaces_the_live_one_of_its_side_only_and_keeps_an_equal_one() {
    let mut state = state();
    for (n, side) in [(1, Side::Buy), (2, Side::Sell)] {
        let quote = signal(n, Intent::Quote, side, 100, 5);
        let decision = decide(&state, &POLICY, &NOW, &quote);
        assert_eq!(ids(&decision), [quote.id.as_str()]);
        state.admit(&quote, &decision);
    }
    assert_eq!(verdict(&state, &signal(3, Intent::Quote, Side::Buy, 100, 5)), Verdict::Kept);

    let moved = signal(4, Intent::Quote, Side::Buy, 99, 5);
    let decision = decide(&state, &POLICY, &NOW, &moved);
    assert_eq!(ids(&decision), ["s/4/1/c", "s/4/1"]);
    let Order::Cancel(cancel) = &decision.orders[0] else { panic!("{decision:?}") };
    assert_eq!(cancel.target, "s/1/1");
    state.admit(&moved, &decision);
    assert_eq!(state.quote("maker", "X", Side::Buy).unwrap().0, "s/4/1");
}

#[test]
fn every_limit_refuses_with_its_own_reason() {
    let take = |price, qty| signal(1, Intent::Take, Side::Buy, price, qty);
    let refused = |state: &State, signal: &Signal| match verdict(state, signal) {
        Verdict::Refused(reason) => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&state(), &take(100, 0)), Reason::Qty);
    assert_eq!(refused(&state(), &take(0, 1)), Reason::Price);
    assert_eq!(refused(&state(), &Signal { reference: 0, ..take(100, 1) }), Reason::Reference);
    assert_eq!(refused(&state(), &take(102, 1)), Reason::Collar);
    assert_eq!(refused(&state(), &take(100, 11)), Reason::OrderNotional);
    assert_eq!(refused(&state(), &Signal { account: "nobody".into(), ..take(100, 1) }), Reason::UnknownAccount);

    let mut disabled = state();
    disabled.set_limits("maker", Limits { enabled: false, ..limits() });
    assert_eq!(refused(&disabled, &take(100, 1)), Reason::DisabledAccount);

    let mut killed = state();
    killed.kill = Kill { active: true, epoch: 1, reason: "test".into() };
    assert_eq!(refused(&killed, &take(100, 1)), Reason::KillSwitch);

    let stale = decide(&state(), &POLICY, &Circumstances { signal_age_ms: 5001, ..NOW }, &take(100, 1));
    assert_eq!(stale.verdict, Verdict::Refused(Reason::Stale));
    let lagging = decide(&state(), &POLICY, &Circumstances { fills_lagging: true, ..NOW }, &take(100, 1));
    assert_eq!(lagging.verdict, Verdict::Refused(Reason::FillsLag));
}

#[test]
fn the_collar_s_edge_is_inside() {
    assert_eq!(verdict(&state(), &signal(1, Intent::Take, Side::Buy, 101, 1)), Verdict::Approved);
    let beyond = Signal { price: 101 * UNIT + 1, ..signal(1, Intent::Take, Side::Buy, 101, 1) };
    assert_eq!(verdict(&state(), &beyond), Verdict::Refused(Reason::Collar));
}

#[test]
fn open_orders_are_counted_without_the_one_replaced() {
    let mut state = state();
    for n in 1..=2 {
        let take = signal(n, Intent::Take, Side::Buy, 100, 1);
        let decision = decide(&state, &POLICY, &NOW, &take);
        state.admit(&take, &decision);
    }
    let quote = signal(3, Intent::Quote, Side::Sell, 101, 1);
    let decision = decide(&state, &POLICY, &NOW, &quote);
    state.admit(&quote, &decision);
    assert_eq!(verdict(&state, &signal(4, Intent::Quote, Side::Sell, 100, 1)), Verdict::Approved);
    assert_eq!(verdict(&state, &signal(5, Intent::Quote, Side::Buy, 100, 1)), Verdict::Refused(Reason::OpenOrders));
}

#[test]
fn the_position_is_judged_as_if_all_open_orders_of_the_side_were_filled() {
    let mut state = state();
    for n in 1..=3 {
        let quote = signal(n, Intent::Quote, Side::Buy, 100 - i64::from(n) % 2, 9);
        let decision = decide(&state, &POLICY, &NOW, &quote);
        assert_eq!(decision.verdict, Verdict::Approved, "{n}");
        state.admit(&quote, &decision);
    }
    // 27 units bought at worst, two of the three orders being cancelled: the limit is 30.
    let beyond = signal(4, Intent::Quote, Side::Buy, 100, 4);
    let decision = decide(&state, &POLICY, &NOW, &beyond);
    assert_eq!(decision.verdict, Verdict::Refused(Reason::Position));
    assert_eq!(ids(&decision), ["s/4/1/c"], "the quote that was to be replaced goes");
    assert_eq!(verdict(&state, &signal(5, Intent::Quote, Side::Sell, 100, 9)), Verdict::Approved);
}

#[test]
fn an_order_that_reduces_a_position_beyond_the_limit_is_approved() {
    let mut state = state();
    let long = FillEvent::parse(br#"{"v":1,"kind":"fill","seq":1,"in":0,"ts":0,"match":1,"symbol":"X","price":10000000000,"qty":9000000000,"taker":"t:1","taker_account":"t","taker_side":"sell","taker_leaves":0,"maker":"m","maker_account":"maker","maker_leaves":0}"#).unwrap();
    state.apply(&long);
    assert_eq!(verdict(&state, &signal(1, Intent::Take, Side::Sell, 100, 9)), Verdict::Approved);
    assert_eq!(verdict(&state, &signal(2, Intent::Take, Side::Buy, 100, 1)), Verdict::Refused(Reason::Position));
}

#[test]
fn refusals_withdraw_the_quote_unless_the_signal_itself_is_bad() {
    let mut state = state();
    let order = OpenOrder {
        account: "maker".into(),
        symbol: "X".into(),
        side: Side::Buy,
        price: 100 * UNIT,
        leaves: UNIT,
        quote: true,
        cancelling: false,
    };
    state.insert_order("live", order);
    let bad = signal(1, Intent::Quote, Side::Buy, 200, 1);
    assert!(decide(&state, &POLICY, &NOW, &bad).orders.is_empty());
    state.kill.active = true;
    let same = signal(2, Intent::Quote, Side::Buy, 100, 1);
    let decision = decide(&state, &POLICY, &NOW, &same);
    assert_eq!(decision.verdict, Verdict::Refused(Reason::KillSwitch));
    assert_eq!(ids(&decision), ["s/2/1/c"]);
}
