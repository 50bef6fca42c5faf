use super::{Decision, OpenOrder, State};
use crate::message::{FillEvent, Intent, Order, Signal};

impl State {
    /// Reserves what a decision published.
    pub fn admit(&mut self, signal: &Signal, decision: &Decision) {
        for order in &decision.orders {
            match order {
                Order::Cancel(cancel) => self.mark_cancelling(&cancel.target),
                Order::New(new) => self.insert_order(
                    &new.id,
                    OpenOrder {
                        account: new.account.clone(),
                        symbol: new.symbol.clone(),
                        side: new.side,
                        price: new.price,
                        leaves: new.qty,
                        quote: signal.intent == Intent::Quote,
                        cancelling: false,
                    },
                ),
            }
        }
    }

    /// Folds what the engine says into positions and open orders.
    pub fn apply(&mut self, event: &FillEvent) {
        match event {
            // Orders of REST and WebSocket clients are first heard of here.
            FillEvent::Accepted(e) if !self.knows(&e.order) => self.insert_order(
                &e.order,
                OpenOrder {
                    account: e.account.clone(),
                    symbol: e.symbol.clone(),
                    side: e.side,
                    price: e.price,
                    leaves: e.qty,
                    quote: false,
                    cancelling: false,
                },
            ),
            FillEvent::Fill(e) => {
                self.trade(&e.taker_account, &e.symbol, e.taker_side, e.price, e.qty);
                self.trade(&e.maker_account, &e.symbol, e.taker_side.opposite(), e.price, e.qty);
                self.amend(&e.taker, |order| order.leaves = e.taker_leaves);
                self.amend(&e.maker, |order| order.leaves = e.maker_leaves);
            }
            FillEvent::Cancelled(e) | FillEvent::Expired(e) => self.remove_order(&e.order),
            FillEvent::Rejected(e) => self.remove_order(&e.order),
            FillEvent::Accepted(_) | FillEvent::CancelRejected(_) | FillEvent::Duplicate(_) => {}
        }
    }
}

#[cfg(test)]
#[path = "events_tests.rs"]
mod tests;
