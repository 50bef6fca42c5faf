use tokio_postgres::Client;

use super::Result;

/// Applied in order, each once. A published one is never edited.
const MIGRATIONS: [(i32, &str); 2] =
    [(1, include_str!("../../migrations/0001_init.sql")), (2, include_str!("../../migrations/0002_prune.sql"))];

pub async fn run(client: &mut Client) -> Result<()> {
    let tx = client.transaction().await?;
    tx.batch_execute(
        "SET LOCAL client_min_messages = warning;
         CREATE TABLE IF NOT EXISTS schema_migrations (version integer PRIMARY KEY, applied_at timestamptz DEFAULT now())",
    )
    .await?;
    let row = tx.query_one("SELECT coalesce(max(version), 0) FROM schema_migrations", &[]).await?;
    let done: i32 = row.get(0);
    for (version, sql) in MIGRATIONS.iter().filter(|(version, _)| *version > done) {
        tx.batch_execute(sql).await?;
        tx.execute("INSERT INTO schema_migrations (version) VALUES ($1)", &[version]).await?;
        tracing::info!(version, "migration applied");
    }
    Ok(tx.commit().await?)
}
