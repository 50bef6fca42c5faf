use std::sync::{Mutex, PoisonError};

use super::{Result, Session, now};
use crate::message::Order;
use crate::store::StoreError;

/// The kill switch as the interface pulls it: held in memory from that instant, so that it works
/// while the database is away, and written to the database as soon as there is one.
#[derive(Default)]
pub struct Brake(Mutex<Option<String>>);

impl Brake {
    pub fn pull(&self, reason: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
    }

    fn pulled(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Session<'_> {
    /// Makes a pulled brake lasting, and cancels live orders once for each time it was pulled.
    pub(super) fn brake(&mut self) -> Result<()> {
        if self.shared.brake.pulled().is_some() && !self.state.kill.active {
            self.engage()?;
            self.shared.metrics.mirror(&self.state);
        }
        if self.state.kill.active && self.state.kill.epoch > self.committed.kill_epoch {
            self.withdraw()?;
        }
        Ok(())
    }

    pub(super) fn engage(&mut self) -> std::result::Result<(), StoreError> {
        let reason = self.shared.brake.pulled().unwrap_or_default();
        self.state.kill = self.runtime.block_on(self.store.set_kill(true, &reason))?;
        tracing::warn!(reason, epoch = self.state.kill.epoch, "kill switch on: no new orders");
        Ok(())
    }

    pub(super) fn release(&mut self) -> std::result::Result<(), StoreError> {
        let kill = self.runtime.block_on(self.store.set_kill(false, ""))?;
        self.shared.brake.clear();
        self.state.kill = kill;
        tracing::warn!("kill switch off");
        Ok(())
    }

    /// Cancels every live order of the accounts under limits. Kafka first: the epoch in the commit
    /// tells after a crash that the cancels are out. The marks in the database only spare a second
    /// cancel of the same order.
    fn withdraw(&mut self) -> Result<()> {
        let ts = i64::try_from(now().as_nanos()).unwrap_or(i64::MAX);
        let mut live: Vec<(&String, Order)> = self
            .state
            .orders()
            .filter(|(_, order)| !order.cancelling && self.state.limits(&order.account).is_some())
            .map(|(id, o)| (id, Order::cancel(&format!("{id}/k"), &o.account, &o.symbol, id, ts)))
            .collect();
        live.sort_by(|a, b| a.0.cmp(b.0));
        let targets: Vec<String> = live.iter().map(|(id, _)| (*id).clone()).collect();
        let orders: Vec<(String, String)> =
            live.iter().map(|(_, o)| (o.symbol().to_owned(), o.to_canonical())).collect();
        let mut next = self.committed.clone();
        next.kill_epoch = self.state.kill.epoch;
        self.publish(&orders, next)?;
        for id in &targets {
            self.state.mark_cancelling(id);
        }
        let changes = self.state.take_changes();
        self.runtime.block_on(self.store.record(&[], &[], &changes))?;
        tracing::warn!(orders = targets.len(), "kill switch: live orders cancelled");
        Ok(())
    }
}
