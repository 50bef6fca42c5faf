use super::{Inquiry, Outcome, Result, Session, judge, now};
use crate::kafka::{Committed, Record, SIGNALS};
use crate::message::Signal;

impl Session<'_> {
    pub(super) fn decide(&mut self, records: &[Record]) -> Result<()> {
        let mut signals = Vec::with_capacity(records.len());
        let now = i64::try_from(now().as_millis()).unwrap_or(i64::MAX);
        for record in records {
            match Signal::parse(&record.payload) {
                Ok(signal) => signals.push(Inquiry {
                    signal,
                    partition: record.partition,
                    offset: record.offset,
                    age_ms: record.published_ms.map_or(0, |t| now.saturating_sub(t)),
                }),
                Err(e) => self.corrupt(SIGNALS, record, &e),
            }
        }
        let outcome = self.record(&signals)?;
        let mut next = self.committed.clone();
        for record in records {
            next.next.insert(record.partition, record.offset + 1);
        }
        self.publish(&outcome.orders, next)
    }

    /// Step one: the decisions, in the database.
    fn record(&mut self, signals: &[Inquiry]) -> Result<Outcome> {
        let shared = self.shared;
        let timer = shared.metrics.batch_seconds.with_label_values(&["decisions"]).start_timer();
        let lagging = self.lag()? > shared.config.max_fills_lag;
        let ids: Vec<&str> = signals.iter().map(|s| s.signal.id.as_str()).collect();
        let earlier = self.runtime.block_on(self.store.find_decisions(&ids))?;
        let outcome = judge(&mut self.state, &shared.config.policy, lagging, signals, &earlier, &shared.metrics);
        let changes = self.state.take_changes();
        self.runtime.block_on(self.store.record(&outcome.new, &outcome.revised, &changes))?;
        timer.observe_duration();
        Ok(outcome)
    }

    /// Step two: the orders and the consumed offsets, in Kafka. A crash before it is over leads to
    /// the same signals being read and the same recorded orders being published.
    pub(super) fn publish(&mut self, orders: &[(String, String)], next: Committed) -> Result<()> {
        let timer = self.shared.metrics.batch_seconds.with_label_values(&["publish"]).start_timer();
        self.kafka.publish(orders, &next)?;
        timer.observe_duration();
        self.shared.published.set(&next.next);
        self.committed = next;
        for (_, payload) in orders {
            let kind = if payload.starts_with(r#"{"v":1,"kind":"new""#) { "new" } else { "cancel" };
            self.shared.metrics.orders.with_label_values(&[kind]).inc();
        }
        Ok(())
    }
}
