//! Keeps the table of decisions bounded: what is old enough goes, a little at a time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::session::Shared;
use crate::store::{Pruner, StoreError};

/// Rows in one statement: milliseconds of the database's time.
const BATCH: i64 = 500;
/// Between full batches. Far more goes than can come.
const PAUSE: Duration = Duration::from_secs(1);
/// Once nothing old is left, or after a failure.
const REST: Duration = Duration::from_secs(60);

/// The offsets of `signals`, by partition, below which every decision's orders are published. Above them a
/// decision is still needed: a session that reads its signal again publishes what was recorded.
#[derive(Default)]
pub struct Published(Mutex<BTreeMap<i32, i64>>);

impl Published {
    pub fn set(&self, next: &BTreeMap<i32, i64>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone_from(next);
    }

    fn get(&self) -> BTreeMap<i32, i64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Runs until the process ends.
pub async fn run(shared: Arc<Shared>) {
    let mut pruner = Pruner::new(shared.config.postgres.clone());
    loop {
        let pause = match pass(&shared, &mut pruner).await {
            Ok(true) => PAUSE,
            Ok(false) => REST,
            Err(error) => {
                tracing::warn!(%error, "old decisions stay for now");
                REST
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// One batch of each partition; says whether there may be more.
///
/// # Errors
/// When the database is away.
pub async fn pass(shared: &Shared, pruner: &mut Pruner) -> Result<bool, StoreError> {
    let mut full = false;
    for (partition, published) in shared.published.get() {
        let gone = pruner.prune(partition, published, shared.config.keep_decisions, BATCH).await?;
        shared.metrics.decisions_pruned.inc_by(gone);
        full |= gone == BATCH.unsigned_abs();
    }
    Ok(full)
}
