use tokio_postgres::{Client, Row};

use super::{Result, Store, StoreError, bounded};
use crate::message::Side;
use crate::risk::{Kill, Limits, OpenOrder, Position, State};

/// Gives accounts without limits these; what an operator set stays.
pub async fn seed(client: &Client, defaults: &[(String, Limits)]) -> Result<()> {
    let sql = "INSERT INTO limits (account, max_order_notional, max_position_notional, max_open_orders, enabled) \
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    for (account, l) in defaults {
        let row: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
            [account, &l.max_order_notional, &l.max_position_notional, &l.max_open_orders, &l.enabled];
        client.execute(sql, &row).await?;
    }
    Ok(())
}

impl Store {
    /// All of the state, as the last transaction left it.
    pub async fn load(&self) -> Result<State> {
        // Many open orders take longer to read than a batch to write.
        bounded(self.patience * 10, async {
            let mut state = State::default();
            for row in self.client.query("SELECT * FROM limits", &[]).await? {
                state.set_limits(row.get("account"), limits(&row));
            }
            let positions =
                "SELECT account, symbol, qty::text, cost::text, realised_pnl::text, last_price FROM positions";
            for row in self.client.query(positions, &[]).await? {
                state.set_position(row.get("account"), row.get("symbol"), position(&row)?);
            }
            for row in self.client.query("SELECT * FROM open_orders", &[]).await? {
                state.insert_order(row.get("id"), open_order(&row)?);
            }
            let row = self.client.query_one("SELECT active, epoch, reason FROM kill_switch", &[]).await?;
            state.kill = Kill { active: row.get(0), epoch: row.get(1), reason: row.get(2) };
            state.take_changes();
            Ok(state)
        })
        .await
    }
}

pub fn limits(row: &Row) -> Limits {
    Limits {
        max_order_notional: row.get("max_order_notional"),
        max_position_notional: row.get("max_position_notional"),
        max_open_orders: row.get("max_open_orders"),
        enabled: row.get("enabled"),
    }
}

pub fn position(row: &Row) -> Result<Position> {
    Ok(Position {
        qty: integer(row, "qty")?,
        cost: integer(row, "cost")?,
        realised: integer(row, "realised_pnl")?,
        last_price: row.get("last_price"),
    })
}

fn integer(row: &Row, column: &str) -> Result<i128> {
    let text: &str = row.get(column);
    text.parse().map_err(|_| StoreError(format!("positions.{column} is {text}, not a 128-bit integer")))
}

fn open_order(row: &Row) -> Result<OpenOrder> {
    let side: &str = row.get("side");
    Ok(OpenOrder {
        account: row.get("account"),
        symbol: row.get("symbol"),
        side: Side::parse(side).ok_or_else(|| StoreError(format!("open_orders.side is {side}")))?,
        price: row.get("price"),
        leaves: row.get("leaves"),
        quote: row.get("quote"),
        cancelling: row.get("cancelling"),
    })
}
