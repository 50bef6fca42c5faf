//! The database. Each batch is one statement, so one transaction and one round trip.
//!
//! One process writes at a time: the session holds an advisory lock for as long as its connection
//! lives, and its state in memory is a mirror only while it does.

mod connect;
mod decisions;
mod fills;
mod load;
mod migrate;
mod prune;
mod reader;

pub use decisions::{Earlier, Recorded};
pub use fills::FillsPosition;
pub use prune::Pruner;
pub use reader::Reader;

use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::{Client, Statement};

use crate::config;
use crate::risk::{Kill, Limits};
use connect::connect;

/// "riskmgmt" in ASCII: any number will do, as long as no one else in this database uses it.
const WRITER_LOCK: i64 = 0x7269_736b_6d67_6d74;

#[derive(Debug)]
pub struct StoreError(pub String);

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StoreError {}

impl From<tokio_postgres::Error> for StoreError {
    fn from(e: tokio_postgres::Error) -> Self {
        let detail = std::error::Error::source(&e).map(|s| format!(": {s}")).unwrap_or_default();
        StoreError(format!("{e}{detail}"))
    }
}

pub type Result<T> = std::result::Result<T, StoreError>;

/// The one writer.
pub struct Store {
    client: Client,
    patience: Duration,
    find: Statement,
    record: Statement,
    fills: Statement,
}

impl Store {
    /// Connects, takes the writer's lock, brings the schema up to date and seeds missing limits.
    pub async fn open(config: &config::Postgres, defaults: &[(String, Limits)]) -> Result<Self> {
        let patience = config.timeout;
        bounded(patience * 3, async {
            let mut client = connect(config).await?;
            lock(&client).await?;
            migrate::run(&mut client).await?;
            load::seed(&client, defaults).await?;
            let find = client.prepare(decisions::FIND).await?;
            let record = client.prepare(decisions::RECORD).await?;
            let fills = client.prepare(fills::WRITE).await?;
            Ok(Store { client, patience, find, record, fills })
        })
        .await
    }

    pub async fn ping(&self) -> Result<()> {
        bounded(self.patience, async { Ok(self.client.batch_execute("").await?) }).await
    }

    pub async fn set_limits(&self, account: &str, limits: &Limits) -> Result<()> {
        let sql = "INSERT INTO limits (account, max_order_notional, max_position_notional, max_open_orders, enabled) \
                   VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account) DO UPDATE SET \
                   max_order_notional = EXCLUDED.max_order_notional, \
                   max_position_notional = EXCLUDED.max_position_notional, \
                   max_open_orders = EXCLUDED.max_open_orders, enabled = EXCLUDED.enabled, updated_at = now()";
        let row: [&(dyn tokio_postgres::types::ToSql + Sync); 5] = [
            &account,
            &limits.max_order_notional,
            &limits.max_position_notional,
            &limits.max_open_orders,
            &limits.enabled,
        ];
        bounded(self.patience, async { Ok(self.client.execute(sql, &row).await.map(drop)?) }).await
    }

    /// Turns the kill switch. Turning it on when it is on keeps its epoch: its cancels are out already.
    pub async fn set_kill(&self, active: bool, reason: &str) -> Result<Kill> {
        let sql = "UPDATE kill_switch SET epoch = epoch + (CASE WHEN $1 AND NOT active THEN 1 ELSE 0 END), \
                   active = $1, reason = $2, changed_at = now() RETURNING epoch";
        bounded(self.patience, async {
            let row = self.client.query_one(sql, &[&active, &reason]).await?;
            Ok(Kill { active, epoch: row.get(0), reason: reason.to_owned() })
        })
        .await
    }
}

async fn lock(client: &Client) -> Result<()> {
    let row = client.query_one("SELECT pg_try_advisory_lock($1)", &[&WRITER_LOCK]).await?;
    if row.get(0) { Ok(()) } else { Err(StoreError("another risk-management writes to this database".into())) }
}

/// A database that does not answer is a database that is lost.
async fn bounded<T>(limit: Duration, work: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(limit, work).await.unwrap_or_else(|_| Err(StoreError(format!("no answer within {limit:?}"))))
}
