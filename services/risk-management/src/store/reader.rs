use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row};

use super::{Result, StoreError, bounded, connect, load};
use crate::config;

/// The interface's own read-only view, connected when first asked and again after a loss.
pub struct Reader {
    config: config::Postgres,
    client: Mutex<Option<Client>>,
}

impl Reader {
    pub fn new(config: config::Postgres) -> Self {
        Reader { config, client: Mutex::new(None) }
    }

    async fn query(&self, sql: &str, row: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>> {
        let mut slot = self.client.lock().await;
        let client = match slot.take() {
            Some(client) if !client.is_closed() => client,
            _ => connect(&self.config).await?,
        };
        let rows = bounded(self.config.timeout, async { Ok(client.query(sql, row).await?) }).await?;
        *slot = Some(client);
        Ok(rows)
    }

    pub async fn positions(&self) -> Result<Value> {
        let sql = "SELECT account, symbol, qty::text, cost::text, realised_pnl::text, last_price, \
                   updated_at::text AS updated FROM positions ORDER BY account, symbol";
        let mut positions = vec![];
        for row in self.query(sql, &[]).await? {
            let p = load::position(&row)?;
            positions.push(json!({
                "account": row.get::<_, &str>("account"), "symbol": row.get::<_, &str>("symbol"),
                // 128 bits: more than most readers of JSON numbers take.
                "qty": p.qty.to_string(), "cost": p.cost.to_string(), "realised_pnl": p.realised.to_string(),
                "last_price": p.last_price, "updated": row.get::<_, &str>("updated"),
            }));
        }
        Ok(json!({ "positions": positions }))
    }

    pub async fn limits(&self) -> Result<Value> {
        let rows = self.query("SELECT * FROM limits ORDER BY account", &[]).await?;
        let limits = rows.iter().map(|row| {
            let mut value = json!(load::limits(row));
            value["account"] = row.get::<_, &str>("account").into();
            value
        });
        Ok(json!({ "limits": limits.collect::<Vec<_>>() }))
    }

    pub async fn kill(&self) -> Result<Value> {
        let sql = "SELECT active, epoch, reason, changed_at::text FROM kill_switch";
        let rows = self.query(sql, &[]).await?;
        let row = rows.first().ok_or_else(|| StoreError("kill_switch is empty".into()))?;
        Ok(json!({
            "active": row.get::<_, bool>(0), "epoch": row.get::<_, i64>(1),
            "reason": row.get::<_, &str>(2), "changed": row.get::<_, &str>(3),
        }))
    }

    pub async fn decision(&self, signal: &str) -> Result<Option<Value>> {
        let sql = "SELECT signal_id, account, symbol, verdict, reason, orders, order_ids, src_partition, src_offset, \
                   decided_at::text FROM decisions WHERE signal_id = $1";
        let rows = self.query(sql, &[&signal]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let orders: Vec<&str> = row.get(5);
        let orders: Vec<Value> = orders.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
        Ok(Some(json!({
            "signal": row.get::<_, &str>(0), "account": row.get::<_, &str>(1), "symbol": row.get::<_, &str>(2),
            "verdict": row.get::<_, &str>(3), "reason": row.get::<_, &str>(4), "orders": orders,
            "order_ids": row.get::<_, Vec<&str>>(6), "partition": row.get::<_, i32>(7),
            "offset": row.get::<_, i64>(8), "decided": row.get::<_, &str>(9),
        })))
    }
}
