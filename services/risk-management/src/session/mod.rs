//! From the database's state to the next fault. Every error ends the session; the next one starts
//! from what the database and Kafka hold, so memory is never repaired, only reloaded.

mod fills;
mod judge;
mod kill;
mod signals;

pub use judge::{Inquiry, Outcome, judge};
pub use kill::Brake;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::runtime::Runtime;

use crate::command::{Command, Inbox};
use crate::config::Config;
use crate::health::Health;
use crate::kafka::{Committed, FILLS, Kafka, KafkaFault, Record};
use crate::metrics::Metrics;
use crate::prune::Published;
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
    pub published: Published,
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
        shared.published.set(&committed.next);
        let bounds = kafka.bounds(FILLS, 0)?;
        let fills = fills::start(runtime.block_on(store.fills_position())?, bounds)?;
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

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
