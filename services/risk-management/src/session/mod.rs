//! From the database's state to the next fault. Every error ends the session; the next one starts
//! from what the database and Kafka hold, so memory is never repaired, only reloaded.

mod judge;
mod kill;

pub use judge::{Inquiry, Outcome, judge};
pub use kill::Brake;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::runtime::Runtime;

use crate::command::{Command, Inbox};
use crate::config::Config;
use crate::health::Health;
use crate::kafka::{Committed, FILLS, Kafka, KafkaFault, Record, SIGNALS};
use crate::message::{FillEvent, Signal};
use crate::metrics::Metrics;
use crate::risk::State;
use crate::store::{FillsPosition, Store, StoreError};

/// How long a quiet loop sleeps in Kafka before it looks for commands and says that it lives.
const NAP: Duration = Duration::from_millis(100);
/// How old the known lag may be when signals are judged.
const LAG_FRESH: Duration = Duration::from_millis(250);
/// How often a quiet session asks its dependencies whether they are there.
const CHECK: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub enum Fault {
    Store(StoreError),
    Kafka(KafkaFault),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::Store(e) => write!(f, "postgres: {e}"),
            Fault::Kafka(e) => write!(f, "kafka: {e}"),
        }
    }
}

impl From<StoreError> for Fault {
    fn from(e: StoreError) -> Self {
        Fault::Store(e)
    }
}

impl From<KafkaFault> for Fault {
    fn from(e: KafkaFault) -> Self {
        Fault::Kafka(e)
    }
}

type Result<T> = std::result::Result<T, Fault>;

/// What outlives a session.
pub struct Shared {
    pub config: Config,
    pub metrics: Metrics,
    pub health: Health,
    pub brake: Brake,
}

pub struct Session<'a> {
    shared: &'a Arc<Shared>,
    runtime: &'a Runtime,
    store: Store,
    kafka: Kafka,
    state: State,
    committed: Committed,
    fills: FillsPosition,
    lag: i64,
    lag_known: Instant,
    checked: Instant,
}

impl<'a> Session<'a> {
    pub fn open(shared: &'a Arc<Shared>, runtime: &'a Runtime) -> Result<Self> {
        let defaults: Vec<_> = shared.config.default_limits.clone().into_iter().collect();
        let store = runtime.block_on(Store::open(&shared.config.postgres, &defaults))?;
        shared.health.beat();
        let kafka = Kafka::open(&shared.config.kafka)?;
        // Loaded only now: until the predecessor is fenced, it may still have been writing.
        let state = runtime.block_on(store.load())?;
        let committed = kafka.committed()?;
        let bounds = kafka.bounds(FILLS, 0)?;
        let fills = start_of_fills(runtime.block_on(store.fills_position())?, bounds)?;
        kafka.assign(&committed, fills.next_offset)?;
        let now = Instant::now();
        let lag = bounds.1 - fills.next_offset;
        let session =
            Session { shared, runtime, store, kafka, state, committed, fills, lag, lag_known: now, checked: now };
        session.shared.metrics.mirror(&session.state);
        Ok(session)
    }

    /// One turn of the loop: commands, then fills, then signals, so that a signal is judged by the
    /// latest positions known.
    pub fn turn(&mut self, inbox: &Inbox) -> Result<()> {
        self.obey(inbox)?;
        self.brake()?;
        let batch = self.kafka.collect(NAP, self.shared.config.batch_max)?;
        if !batch.fills.is_empty() {
            self.apply(&batch.fills)?;
        }
        if !batch.signals.is_empty() {
            self.decide(&batch.signals)?;
        }
        if !batch.fills.is_empty() || !batch.signals.is_empty() {
            self.shared.metrics.mirror(&self.state);
        }
        self.check()
    }

    fn obey(&mut self, inbox: &Inbox) -> Result<()> {
        while let Some(request) = inbox.next() {
            let done = match &request.command {
                Command::SetLimits { account, limits } => {
                    self.runtime.block_on(self.store.set_limits(account, limits)).map(|()| {
                        tracing::warn!(account, limits = ?limits, "limits set by an operator");
                        self.state.set_limits(account, *limits);
                    })
                }
                Command::Kill => self.engage(),
                Command::Release => self.release(),
            };
            request.answer(done.as_ref().map(drop).map_err(ToString::to_string));
            self.shared.metrics.mirror(&self.state);
            done?;
        }
        Ok(())
    }

    fn apply(&mut self, records: &[Record]) -> Result<()> {
        for record in records {
            match FillEvent::parse(&record.payload) {
                Ok(event) => self.fold(&event),
                Err(e) => self.corrupt(FILLS, record, &e),
            }
            self.fills.next_offset = record.offset + 1;
        }
        let changes = self.state.take_changes();
        let timer = self.shared.metrics.batch_seconds.with_label_values(&["fills"]).start_timer();
        self.runtime.block_on(self.store.write_fills(&changes, self.fills))?;
        timer.observe_duration();
        self.lag = (self.lag - i64::try_from(records.len()).unwrap_or(0)).max(0);
        Ok(())
    }

    fn fold(&mut self, event: &FillEvent) {
        let metrics = &self.shared.metrics;
        let seq = i64::try_from(event.seq()).unwrap_or(i64::MAX);
        if seq <= self.fills.last_seq {
            metrics.fills_repeated.inc();
            return;
        }
        if seq != self.fills.last_seq + 1 {
            metrics.fills_gaps.inc_by((seq - self.fills.last_seq - 1).unsigned_abs());
            tracing::error!(last = self.fills.last_seq, seq, "fills are missing: positions may be wrong");
        }
        self.fills.last_seq = seq;
        self.state.apply(event);
        metrics.fills.with_label_values(&[event.kind().as_str()]).inc();
    }

    fn decide(&mut self, records: &[Record]) -> Result<()> {
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
    fn publish(&mut self, orders: &[(String, String)], next: Committed) -> Result<()> {
        let timer = self.shared.metrics.batch_seconds.with_label_values(&["publish"]).start_timer();
        self.kafka.publish(orders, &next)?;
        timer.observe_duration();
        self.committed = next;
        for (_, payload) in orders {
            let kind = if payload.starts_with(r#"{"v":1,"kind":"new""#) { "new" } else { "cancel" };
            self.shared.metrics.orders.with_label_values(&[kind]).inc();
        }
        Ok(())
    }

    fn lag(&mut self) -> Result<i64> {
        if self.lag_known.elapsed() > LAG_FRESH {
            let (_, high) = self.kafka.bounds(FILLS, 0)?;
            self.lag = high - self.fills.next_offset;
            self.lag_known = Instant::now();
            self.shared.metrics.fills_lag.set(self.lag);
        }
        Ok(self.lag)
    }

    fn check(&mut self) -> Result<()> {
        if self.checked.elapsed() > CHECK {
            self.lag()?;
            self.runtime.block_on(self.store.ping())?;
            self.checked = Instant::now();
        }
        Ok(())
    }

    fn corrupt(&self, topic: &str, record: &Record, error: &crate::message::Corrupt) {
        self.shared.metrics.corrupt.with_label_values(&[topic]).inc();
        tracing::warn!(topic, partition = record.partition, offset = record.offset, %error, "corrupt record skipped");
    }
}

/// Positions are only right if every record of `fills` is applied: a hole is for a person to judge.
fn start_of_fills(kept: Option<FillsPosition>, (low, high): (i64, i64)) -> Result<FillsPosition> {
    match kept {
        None => Ok(FillsPosition { next_offset: low, last_seq: 0 }),
        Some(kept) if (low..=high).contains(&kept.next_offset) => Ok(kept),
        Some(kept) => Err(Fault::Kafka(KafkaFault(format!(
            "fills: given offset {} in table offsets; allowed: {low} to {high}, what the topic holds; \
             restore the topic, or rebuild positions and delete the row",
            kept.next_offset
        )))),
    }
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_go_on_where_the_database_says_or_not_at_all() {
        assert_eq!(start_of_fills(None, (0, 9)).unwrap().next_offset, 0);
        let kept = FillsPosition { next_offset: 5, last_seq: 4 };
        assert_eq!(start_of_fills(Some(kept), (0, 5)).unwrap(), kept);
        for bounds in [(6, 9), (0, 4)] {
            let text = start_of_fills(Some(kept), bounds).unwrap_err().to_string();
            assert!(text.contains("given offset 5") && text.contains("allowed"), "{text}");
        }
    }
}
