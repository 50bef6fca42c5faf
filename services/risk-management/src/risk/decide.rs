use super::{Limits, State};
use crate::message::{Intent, NewOrder, Order, Signal, TimeInForce, notional};

/// The rules that are the same for all accounts.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// How far a price may be from the signal's reference, in hundredths of a percent.
    pub collar_bps: i64,
    /// How long a signal may have been under way; none: for ever.
    pub max_signal_age_ms: Option<i64>,
}

/// What the decision must know of the moment it is made in.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// Time between the signal's publication and now.
    pub signal_age_ms: i64,
    /// Positions may be out of date.
    pub fills_lagging: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    KillSwitch,
    FillsLag,
    UnknownAccount,
    DisabledAccount,
    Stale,
    Qty,
    Price,
    Reference,
    Collar,
    OrderNotional,
    OpenOrders,
    Position,
}

impl Reason {
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::KillSwitch => "kill_switch",
            Reason::FillsLag => "fills_lag",
            Reason::UnknownAccount => "unknown_account",
            Reason::DisabledAccount => "disabled_account",
            Reason::Stale => "stale",
            Reason::Qty => "qty",
            Reason::Price => "price",
            Reason::Reference => "ref",
            Reason::Collar => "collar",
            Reason::OrderNotional => "order_notional",
            Reason::OpenOrders => "open_orders",
            Reason::Position => "position",
        }
    }

    /// Whether the quote the signal meant to replace must go although nothing takes its place.
    /// A signal that is itself not to be trusted moves nothing.
    fn withdraws_quote(self) -> bool {
        !matches!(self, Reason::Stale | Reason::Qty | Reason::Price | Reason::Reference | Reason::Collar)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Approved,
    /// The quote asked for is already there.
    Kept,
    Refused(Reason),
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Approved => "approved",
            Verdict::Kept => "kept",
            Verdict::Refused(_) => "refused",
        }
    }

    pub fn reason(self) -> &'static str {
        match self {
            Verdict::Refused(reason) => reason.as_str(),
            Verdict::Approved | Verdict::Kept => "",
        }
    }
}

/// A verdict and the records of `orders` it leads to, in order. A refusal leads to no new order,
/// but it may withdraw the quote that was to be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub verdict: Verdict,
    pub orders: Vec<Order>,
}

pub fn decide(state: &State, policy: &Policy, circumstances: &Circumstances, signal: &Signal) -> Decision {
    let live = match signal.intent {
        Intent::Quote => state.quote(&signal.account, &signal.symbol, signal.side),
        Intent::Take => None,
    };
    let same = live.is_some_and(|(_, order)| order.price == signal.price && order.leaves == signal.qty);
    let withdrawal = live.map(|(target, _)| {
        Order::cancel(&format!("{}/c", signal.id), &signal.account, &signal.symbol, target, signal.ts)
    });
    let judged = sane(policy, circumstances, signal)
        .and_then(|()| allowed(state, circumstances, signal))
        .and_then(|limits| within(state, limits, signal, live.is_some(), if same { 0 } else { signal.qty }));
    match judged {
        Err(reason) => Decision {
            verdict: Verdict::Refused(reason),
            orders: withdrawal.filter(|_| reason.withdraws_quote()).into_iter().collect(),
        },
        Ok(()) if same => Decision { verdict: Verdict::Kept, orders: vec![] },
        Ok(()) => {
            Decision { verdict: Verdict::Approved, orders: withdrawal.into_iter().chain([new_order(signal)]).collect() }
        }
    }
}

/// Is the signal one to act on at all?
fn sane(policy: &Policy, circumstances: &Circumstances, signal: &Signal) -> Result<(), Reason> {
    if policy.max_signal_age_ms.is_some_and(|max| circumstances.signal_age_ms > max) {
        return Err(Reason::Stale);
    }
    if signal.qty <= 0 {
        return Err(Reason::Qty);
    }
    if signal.price <= 0 {
        return Err(Reason::Price);
    }
    if signal.reference <= 0 {
        return Err(Reason::Reference);
    }
    let (price, reference) = (i128::from(signal.price), i128::from(signal.reference));
    if (price - reference).abs() * 10_000 > reference * i128::from(policy.collar_bps) {
        return Err(Reason::Collar);
    }
    Ok(())
}

/// May this account have any new order now?
fn allowed<'a>(state: &'a State, circumstances: &Circumstances, signal: &Signal) -> Result<&'a Limits, Reason> {
    if state.kill.active {
        return Err(Reason::KillSwitch);
    }
    if circumstances.fills_lagging {
        return Err(Reason::FillsLag);
    }
    let limits = state.limits(&signal.account).ok_or(Reason::UnknownAccount)?;
    if limits.enabled { Ok(limits) } else { Err(Reason::DisabledAccount) }
}

/// Would the account stay within its limits if all its open orders on that side were filled, the
/// replaced quote too (the engine may fill it before it sees the cancel), and this one with them?
fn within(state: &State, limits: &Limits, signal: &Signal, replaces: bool, added: i64) -> Result<(), Reason> {
    if notional(signal.price, i128::from(signal.qty)) > i128::from(limits.max_order_notional) {
        return Err(Reason::OrderNotional);
    }
    if state.live_orders(&signal.account) - i32::from(replaces) + 1 > limits.max_open_orders {
        return Err(Reason::OpenOrders);
    }
    let held = state.position(&signal.account, &signal.symbol).qty * signal.side.sign();
    let worst = held + state.leaves(&signal.account, &signal.symbol, signal.side) + i128::from(added);
    let mark = signal.price.max(signal.reference);
    if worst > 0 && notional(mark, worst) > i128::from(limits.max_position_notional) {
        return Err(Reason::Position);
    }
    Ok(())
}

fn new_order(signal: &Signal) -> Order {
    Order::new(&NewOrder {
        id: &signal.id,
        account: &signal.account,
        symbol: &signal.symbol,
        side: signal.side,
        price: signal.price,
        qty: signal.qty,
        tif: match signal.intent {
            Intent::Quote => TimeInForce::Gtc,
            Intent::Take => TimeInForce::Ioc,
        },
        reference: signal.reference,
        ts: signal.ts,
    })
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
