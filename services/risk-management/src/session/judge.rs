use std::collections::{HashMap, HashSet};

use crate::message::{Order, Signal};
use crate::metrics::Metrics;
use crate::risk::{Circumstances, Policy, Reason, State, Verdict, decide};
use crate::store::{Earlier, Recorded};

/// A signal, where it was read, and how long it was under way.
pub struct Inquiry {
    pub signal: Signal,
    pub partition: i32,
    pub offset: i64,
    pub age_ms: i64,
}

/// What a batch of signals leads to.
#[derive(Debug, Default)]
pub struct Outcome {
    pub new: Vec<Recorded>,
    /// Recorded before, but to be refused now: the kill switch came between record and publication.
    pub revised: Vec<Recorded>,
    /// Records for `orders`, in order: key and canonical bytes.
    pub orders: Vec<(String, String)>,
}

/// Judges signals in the order read. One that was recorded by an earlier run and not yet published
/// leads to its recorded orders; one whose id was decided at another offset is a duplicate and
/// leads to nothing.
pub fn judge(
    state: &mut State,
    policy: &Policy,
    fills_lagging: bool,
    signals: &[Inquiry],
    earlier: &HashMap<String, Earlier>,
    metrics: &Metrics,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut seen = HashSet::new();
    for inquiry in signals {
        metrics.signals.inc();
        let found = earlier.get(&inquiry.signal.id);
        let again = found.filter(|e| (e.partition, e.offset) == (inquiry.partition, inquiry.offset));
        if let Some(recorded) = again {
            metrics.repeated_signals.with_label_values(&["reread"]).inc();
            repeat(state, inquiry, recorded, &mut outcome);
        } else if found.is_some() || !seen.insert(inquiry.signal.id.as_str()) {
            metrics.repeated_signals.with_label_values(&["duplicate"]).inc();
        } else {
            let timer = metrics.decide_seconds.start_timer();
            let recorded = fresh(state, policy, fills_lagging, inquiry);
            timer.observe_duration();
            metrics.decisions.with_label_values(&[recorded.verdict, recorded.reason]).inc();
            outcome.orders.extend(recorded.orders.iter().map(|o| (recorded.symbol.clone(), o.clone())));
            outcome.new.push(recorded);
        }
    }
    outcome
}

fn fresh(state: &mut State, policy: &Policy, fills_lagging: bool, inquiry: &Inquiry) -> Recorded {
    let circumstances = Circumstances { signal_age_ms: inquiry.age_ms, fills_lagging };
    let decision = decide(state, policy, &circumstances, &inquiry.signal);
    state.admit(&inquiry.signal, &decision);
    row(inquiry, decision.verdict, &decision.orders)
}

/// The offset was not committed, so nothing recorded for this signal was published.
fn repeat(state: &mut State, inquiry: &Inquiry, recorded: &Earlier, outcome: &mut Outcome) {
    let symbol = &inquiry.signal.symbol;
    if !state.kill.active {
        outcome.orders.extend(recorded.orders.iter().map(|o| (symbol.clone(), o.clone())));
        return;
    }
    let orders: Vec<Order> = recorded.orders.iter().filter_map(|o| Order::parse(o.as_bytes()).ok()).collect();
    let (cancels, new): (Vec<Order>, Vec<Order>) = orders.into_iter().partition(|o| matches!(o, Order::Cancel(_)));
    for order in &new {
        state.remove_order(order.id());
    }
    outcome.orders.extend(cancels.iter().map(|o| (symbol.clone(), o.to_canonical())));
    if !new.is_empty() {
        outcome.revised.push(row(inquiry, Verdict::Refused(Reason::KillSwitch), &cancels));
    }
}

fn row(inquiry: &Inquiry, verdict: Verdict, orders: &[Order]) -> Recorded {
    Recorded {
        signal_id: inquiry.signal.id.clone(),
        account: inquiry.signal.account.clone(),
        symbol: inquiry.signal.symbol.clone(),
        verdict: verdict.as_str(),
        reason: verdict.reason(),
        orders: orders.iter().map(Order::to_canonical).collect(),
        order_ids: orders.iter().map(|o| o.id().to_owned()).collect(),
        partition: inquiry.partition,
        offset: inquiry.offset,
    }
}
