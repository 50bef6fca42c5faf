use std::time::Duration;

use tokio_postgres::Client;

use super::{Result, bounded, connect};
use crate::config;

/// Removes at most `$4` of the oldest decisions, and says so in the same transaction. It looks at no more rows
/// than that, so a table without old ones costs next to nothing.
const PRUNE: &str = "
WITH oldest AS (
    SELECT signal_id, decided_at FROM decisions WHERE src_partition = $1 AND src_offset < $2
    ORDER BY src_offset LIMIT $4
), gone AS (
    DELETE FROM decisions d USING oldest o
    WHERE d.signal_id = o.signal_id AND o.decided_at < now() - $3 * interval '1 second'
    RETURNING d.src_offset
), noted AS (
    INSERT INTO pruned (partition, below_offset) SELECT $1, max(src_offset) + 1 FROM gone HAVING count(*) > 0
    ON CONFLICT (partition) DO UPDATE SET below_offset = greatest(pruned.below_offset, EXCLUDED.below_offset)
)
SELECT count(*) FROM gone";

/// Removes old decisions over a connection of its own, so that the writer never waits for it: it touches only
/// rows that the writer is done with.
pub struct Pruner {
    config: config::Postgres,
    client: Option<Client>,
}

impl Pruner {
    pub fn new(config: config::Postgres) -> Self {
        Pruner { config, client: None }
    }

    /// One batch of decisions older than `age` about signals below `published`; returns how many went.
    ///
    /// # Errors
    /// When the database is away; the next call connects again.
    pub async fn prune(&mut self, partition: i32, published: i64, age: Duration, batch: i64) -> Result<u64> {
        let client = match self.client.take() {
            Some(client) if !client.is_closed() => client,
            _ => connect(&self.config).await?,
        };
        let seconds = age.as_secs_f64();
        let row: [&(dyn tokio_postgres::types::ToSql + Sync); 4] = [&partition, &published, &seconds, &batch];
        let found = bounded(self.config.timeout, async { Ok(client.query_one(PRUNE, &row).await?) }).await?;
        self.client = Some(client);
        Ok(u64::try_from(found.get::<_, i64>(0)).unwrap_or(0))
    }
}
