use super::{Result, Store, bounded};
use crate::risk::Changes;

/// Positions, open orders and the place in the topic change together or not at all.
pub const WRITE: &str = "
WITH changed AS (
    INSERT INTO positions (account, symbol, qty, cost, realised_pnl, last_price, updated_at)
    SELECT a, s, q::numeric, c::numeric, r::numeric, l, now()
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[]) AS t (a, s, q, c, r, l)
    ON CONFLICT (account, symbol) DO UPDATE SET qty = EXCLUDED.qty, cost = EXCLUDED.cost,
        realised_pnl = EXCLUDED.realised_pnl, last_price = EXCLUDED.last_price, updated_at = now()
), opened AS (
    INSERT INTO open_orders (id, account, symbol, side, price, leaves, quote, cancelling)
    SELECT * FROM unnest($7::text[], $8::text[], $9::text[], $10::text[], $11::bigint[], $12::bigint[],
                         $13::boolean[], $14::boolean[])
    ON CONFLICT (id) DO UPDATE SET leaves = EXCLUDED.leaves, cancelling = EXCLUDED.cancelling
), closed AS (
    DELETE FROM open_orders WHERE id = ANY($15::text[])
)
INSERT INTO offsets (topic, partition, next_offset, last_seq) VALUES ('fills', 0, $16, $17)
ON CONFLICT (topic, partition) DO UPDATE SET next_offset = EXCLUDED.next_offset, last_seq = EXCLUDED.last_seq";

/// How far the `fills` topic has been applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FillsPosition {
    pub next_offset: i64,
    pub last_seq: i64,
}

/// open_orders rows as the columns that `unnest` takes.
#[derive(Default)]
pub struct OrderColumns<'a> {
    pub id: Vec<&'a str>,
    pub account: Vec<&'a str>,
    pub symbol: Vec<&'a str>,
    pub side: Vec<&'a str>,
    pub price: Vec<i64>,
    pub leaves: Vec<i64>,
    pub quote: Vec<bool>,
    pub cancelling: Vec<bool>,
}

impl<'a> OrderColumns<'a> {
    pub fn of(changes: &'a Changes) -> Self {
        let mut columns = OrderColumns::default();
        for (id, order) in &changes.open {
            columns.id.push(id);
            columns.account.push(&order.account);
            columns.symbol.push(&order.symbol);
            columns.side.push(order.side.as_str());
            columns.price.push(order.price);
            columns.leaves.push(order.leaves);
            columns.quote.push(order.quote);
            columns.cancelling.push(order.cancelling);
        }
        columns
    }
}

impl Store {
    /// Where to go on, if anything was applied before.
    pub async fn fills_position(&self) -> Result<Option<FillsPosition>> {
        let sql = "SELECT next_offset, last_seq FROM offsets WHERE topic = 'fills' AND partition = 0";
        bounded(self.patience, async {
            let row = self.client.query_opt(sql, &[]).await?;
            Ok(row.map(|row| FillsPosition { next_offset: row.get(0), last_seq: row.get(1) }))
        })
        .await
    }

    pub async fn write_fills(&self, changes: &Changes, position: FillsPosition) -> Result<()> {
        let o = OrderColumns::of(changes);
        let account: Vec<&str> = changes.positions.iter().map(|(a, _, _)| a.as_str()).collect();
        let symbol: Vec<&str> = changes.positions.iter().map(|(_, s, _)| s.as_str()).collect();
        let qty: Vec<String> = changes.positions.iter().map(|(_, _, p)| p.qty.to_string()).collect();
        let cost: Vec<String> = changes.positions.iter().map(|(_, _, p)| p.cost.to_string()).collect();
        let realised: Vec<String> = changes.positions.iter().map(|(_, _, p)| p.realised.to_string()).collect();
        let last: Vec<i64> = changes.positions.iter().map(|(_, _, p)| p.last_price).collect();
        let row: [&(dyn tokio_postgres::types::ToSql + Sync); 17] = [
            &account,
            &symbol,
            &qty,
            &cost,
            &realised,
            &last,
            &o.id,
            &o.account,
            &o.symbol,
            &o.side,
            &o.price,
            &o.leaves,
            &o.quote,
            &o.cancelling,
            &changes.closed,
            &position.next_offset,
            &position.last_seq,
        ];
        bounded(self.patience, async { Ok(self.client.execute(&self.fills, &row).await.map(drop)?) }).await
    }
}
