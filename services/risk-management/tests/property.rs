//! Random streams of signals and of what an engine might answer.

mod common;

use std::collections::HashMap;

use common::{UNIT, fill_text, signal_of};
use proptest::prelude::*;
use risk_management::message::{FillEvent, Intent, Order, Side, Signal, notional};
use risk_management::metrics::Metrics;
use risk_management::risk::{Circumstances, Limits, Policy, State, Verdict, decide};
use risk_management::session::{Inquiry, judge};

const LIMITS: Limits =
    Limits { max_order_notional: 1_000 * UNIT, max_position_notional: 2_500 * UNIT, max_open_orders: 6, enabled: true };
const POLICY: Policy = Policy { collar_bps: 500, max_signal_age_ms: None };
const NOW: Circumstances = Circumstances { signal_age_ms: 0, fills_lagging: false };

#[derive(Clone, Debug)]
enum Step {
    Signal {
        take: bool,
        buy: bool,
        price: i64,
        qty: i64,
        reference: i64,
    },
    /// The n-th open order is filled by some of its leaves.
    Fill {
        n: usize,
        share: i64,
    },
    /// The n-th open order ends without a fill.
    End {
        n: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let price = 90 * UNIT..110 * UNIT;
    prop_oneof![
        6 => (any::<bool>(), any::<bool>(), price.clone(), -1..14 * UNIT, price).prop_map(
            |(take, buy, price, qty, reference)| Step::Signal { take, buy, price, qty, reference }
        ),
        3 => (any::<usize>(), 1..=100i64).prop_map(|(n, share)| Step::Fill { n, share }),
        2 => any::<usize>().prop_map(|n| Step::End { n }),
    ]
}

/// A second account of what the orders of the stream can do, kept without any of the service's code.
#[derive(Default)]
struct Ledger {
    held: i128,
    open: Vec<(String, Side, i64, i64, bool)>,
}

impl Ledger {
    fn worst(&self, side: Side) -> i128 {
        let open: i128 = self.open.iter().filter(|o| o.1 == side).map(|o| i128::from(o.3)).sum();
        if side == Side::Buy { self.held + open } else { open - self.held }
    }

    fn admit(&mut self, orders: &[Order]) {
        for order in orders {
            match order {
                Order::New(o) => self.open.push((o.id.clone(), o.side, o.price, o.qty, true)),
                Order::Cancel(c) => {
                    self.open.iter_mut().filter(|o| o.0 == c.target).for_each(|o| o.4 = false);
                }
            }
        }
    }

    /// Takes some of the n-th order, and says so as the engine would.
    fn fill(&mut self, n: usize, share: i64, seq: u64) -> Option<String> {
        let n = n.checked_rem(self.open.len())?;
        let (id, side, price, leaves, _) = &mut self.open[n];
        let qty = (*leaves * share / 100).max(1);
        *leaves -= qty;
        self.held += if *side == Side::Buy { i128::from(qty) } else { -i128::from(qty) };
        let text = fill_text(seq, side.opposite(), *price, qty, "x:1", "x", id, "maker", *leaves);
        if *leaves == 0 {
            self.open.remove(n);
        }
        Some(text)
    }

    fn end(&mut self, n: usize, seq: u64) -> Option<String> {
        let n = n.checked_rem(self.open.len())?;
        let (id, .., leaves, _) = self.open.remove(n);
        Some(format!(
            r#"{{"v":1,"kind":"cancelled","seq":{seq},"in":0,"ts":0,"order":"{id}","account":"maker","symbol":"X","leaves":{leaves}}}"#
        ))
    }
}

fn signal(n: usize, step: &Step) -> Option<Signal> {
    let Step::Signal { take, buy, price, qty, reference } = step else { return None };
    let intent = if *take { Intent::Take } else { Intent::Quote };
    let side = if *buy { Side::Buy } else { Side::Sell };
    Some(Signal { reference: *reference, ..signal_of(n as u64, "maker", intent, side, *price, *qty) })
}

fn state() -> State {
    let mut state = State::default();
    state.set_limits("maker", LIMITS);
    state
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is filled, ended or replaced: no approval goes beyond any limit, and the state's
    /// sums are those of the ledger.
    #[test]
    fn no_approval_is_beyond_a_limit(steps in prop::collection::vec(step(), 1..120)) {
        let (mut state, mut ledger) = (state(), Ledger::default());
        for (n, step) in steps.iter().enumerate() {
            let said = match step {
                Step::Signal { .. } => {
                    let signal = signal(n, step).unwrap();
                    let decision = decide(&state, &POLICY, &NOW, &signal);
                    state.admit(&signal, &decision);
                    ledger.admit(&decision.orders);
                    if decision.verdict == Verdict::Approved {
                        let mark = signal.price.max(signal.reference);
                        let worst = ledger.worst(signal.side);
                        prop_assert!(worst <= 0 || notional(mark, worst) <= i128::from(LIMITS.max_position_notional));
                        prop_assert!(
                            notional(signal.price, i128::from(signal.qty)) <= i128::from(LIMITS.max_order_notional)
                        );
                        prop_assert!(ledger.open.iter().filter(|o| o.4).count() <= LIMITS.max_open_orders as usize);
                        prop_assert!(signal.qty > 0);
                        prop_assert!((signal.price - signal.reference).abs() * 20 <= signal.reference);
                    } else {
                        prop_assert!(decision.orders.iter().all(|o| matches!(o, Order::Cancel(_))));
                    }
                    None
                }
                Step::Fill { n: which, share } => ledger.fill(*which, *share, n as u64),
                Step::End { n: which } => ledger.end(*which, n as u64),
            };
            if let Some(text) = said {
                state.apply(&FillEvent::parse(text.as_bytes()).unwrap());
            }
            prop_assert_eq!(state.position("maker", "X").qty, ledger.held);
            for side in [Side::Buy, Side::Sell] {
                let open: i128 = ledger.open.iter().filter(|o| o.1 == side).map(|o| i128::from(o.3)).sum();
                prop_assert_eq!(state.leaves("maker", "X", side), open);
            }
            prop_assert_eq!(state.live_orders("maker") as usize, ledger.open.iter().filter(|o| o.4).count());
        }
    }

    /// At one price, no order of fills makes a position larger than its limit.
    #[test]
    fn no_position_is_beyond_its_limit(steps in prop::collection::vec(step(), 1..120)) {
        let (mut state, mut ledger) = (state(), Ledger::default());
        for (n, step) in steps.into_iter().enumerate() {
            let text = match step {
                Step::Signal { take, buy, qty, .. } => {
                    let step = Step::Signal { take, buy, qty, price: 100 * UNIT, reference: 100 * UNIT };
                    let signal = signal(n, &step).unwrap();
                    let decision = decide(&state, &POLICY, &NOW, &signal);
                    state.admit(&signal, &decision);
                    ledger.admit(&decision.orders);
                    None
                }
                Step::Fill { n: which, share } => ledger.fill(which, share, n as u64),
                Step::End { n: which } => ledger.end(which, n as u64),
            };
            if let Some(text) = text {
                state.apply(&FillEvent::parse(text.as_bytes()).unwrap());
            }
            let held = notional(100 * UNIT, state.position("maker", "X").qty);
            prop_assert!(held <= i128::from(LIMITS.max_position_notional));
        }
    }

    /// The same stream leads to the same orders, however it is cut into batches, and a second
    /// reading of it leads to nothing new.
    #[test]
    fn decisions_are_deterministic_and_a_replay_changes_nothing(
        steps in prop::collection::vec(step(), 1..80),
        cut in 1..20usize,
    ) {
        let inquiries: Vec<Inquiry> = steps.iter().enumerate().filter_map(|(n, step)| {
            Some(Inquiry { signal: signal(n, step)?, partition: 0, offset: n as i64, age_ms: 0 })
        }).collect();
        let metrics = Metrics::new().unwrap();
        let mut one = state();
        let whole = judge(&mut one, &POLICY, false, &inquiries, &HashMap::new(), &metrics);
        let mut many = state();
        let mut orders = vec![];
        for batch in inquiries.chunks(cut) {
            orders.extend(judge(&mut many, &POLICY, false, batch, &HashMap::new(), &metrics).orders);
        }
        prop_assert_eq!(&orders, &whole.orders);
        prop_assert_eq!(whole.new.len(), inquiries.len());

        let earlier = common::earlier(&whole.new);
        one.take_changes();
        let again = judge(&mut one, &POLICY, false, &inquiries, &earlier, &metrics);
        prop_assert!(again.new.is_empty() && again.revised.is_empty());
        prop_assert_eq!(&again.orders, &whole.orders);
        prop_assert_eq!(one.take_changes(), Default::default());

        let elsewhere: Vec<Inquiry> = inquiries.into_iter()
            .map(|i| Inquiry { offset: i.offset + 1_000, ..i }).collect();
        let duplicates = judge(&mut one, &POLICY, false, &elsewhere, &earlier, &metrics);
        prop_assert!(duplicates.new.is_empty() && duplicates.orders.is_empty());
    }
}
