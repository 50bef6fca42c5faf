use std::collections::HashMap;

use super::fills::OrderColumns;
use super::{Result, Store, StoreError, bounded};
use crate::risk::Changes;

pub const FIND: &str =
    "SELECT signal_id, orders, src_partition, src_offset FROM decisions WHERE signal_id = ANY($1::text[])";

/// Decisions and what they reserve, in one transaction. Orders of one decision arrive joined by
/// line breaks, which their canonical form never contains.
pub const RECORD: &str = "
WITH opened AS (
    INSERT INTO open_orders (id, account, symbol, side, price, leaves, quote, cancelling)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
                         $7::boolean[], $8::boolean[])
    ON CONFLICT (id) DO UPDATE SET leaves = EXCLUDED.leaves, cancelling = EXCLUDED.cancelling
), closed AS (
    DELETE FROM open_orders WHERE id = ANY($9::text[])
), revised AS (
    UPDATE decisions SET verdict = 'refused', reason = 'kill_switch', orders = string_to_array(o, E'\\n'),
        order_ids = string_to_array(i, E'\\n'), decided_at = now()
    FROM unnest($10::text[], $11::text[], $12::text[]) AS t (s, o, i) WHERE signal_id = s
)
INSERT INTO decisions (signal_id, account, symbol, verdict, reason, orders, order_ids, src_partition, src_offset)
SELECT s, a, m, v, r, string_to_array(o, E'\\n'), string_to_array(i, E'\\n'), p, f
FROM unnest($13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[],
            $20::integer[], $21::bigint[]) AS t (s, a, m, v, r, o, i, p, f)
ON CONFLICT (signal_id) DO NOTHING";

/// A row of `decisions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub signal_id: String,
    pub account: String,
    pub symbol: String,
    pub verdict: &'static str,
    pub reason: &'static str,
    /// Canonical bytes of the records published for the signal.
    pub orders: Vec<String>,
    pub order_ids: Vec<String>,
    pub partition: i32,
    pub offset: i64,
}

/// What an earlier run decided: where the signal was read, and what it led to.
pub struct Earlier {
    pub partition: i32,
    pub offset: i64,
    pub orders: Vec<String>,
}

impl Store {
    /// The decisions that are already there for these signals.
    pub async fn find_decisions(&self, ids: &[&str]) -> Result<HashMap<String, Earlier>> {
        bounded(self.patience, async {
            let rows = self.client.query(&self.find, &[&ids]).await?;
            Ok(rows
                .iter()
                .map(|r| (r.get(0), Earlier { orders: r.get(1), partition: r.get(2), offset: r.get(3) }))
                .collect())
        })
        .await
    }

    /// Records new decisions, turns `revised` ones into refusals of the kill switch, and writes the
    /// open orders that came or went with them.
    pub async fn record(&self, new: &[Recorded], revised: &[Recorded], changes: &Changes) -> Result<()> {
        let o = OrderColumns::of(changes);
        let revised = DecisionColumns::of(revised);
        let d = DecisionColumns::of(new);
        let row: [&(dyn tokio_postgres::types::ToSql + Sync); 21] = [
            &o.id,
            &o.account,
            &o.symbol,
            &o.side,
            &o.price,
            &o.leaves,
            &o.quote,
            &o.cancelling,
            &changes.closed,
            &revised.signal,
            &revised.orders,
            &revised.order_ids,
            &d.signal,
            &d.account,
            &d.symbol,
            &d.verdict,
            &d.reason,
            &d.orders,
            &d.order_ids,
            &d.partition,
            &d.offset,
        ];
        let inserted = bounded(self.patience, async { Ok(self.client.execute(&self.record, &row).await?) }).await?;
        // The lock makes this impossible; if it happens the state in memory is not the database's.
        if inserted == new.len() as u64 {
            Ok(())
        } else {
            Err(StoreError(format!("{} decisions to record, {inserted} were new", new.len())))
        }
    }
}

#[derive(Default)]
struct DecisionColumns<'a> {
    signal: Vec<&'a str>,
    account: Vec<&'a str>,
    symbol: Vec<&'a str>,
    verdict: Vec<&'a str>,
    reason: Vec<&'a str>,
    orders: Vec<String>,
    order_ids: Vec<String>,
    partition: Vec<i32>,
    offset: Vec<i64>,
}

impl<'a> DecisionColumns<'a> {
    fn of(rows: &'a [Recorded]) -> Self {
        let mut columns = DecisionColumns::default();
        for row in rows {
            columns.signal.push(&row.signal_id);
            columns.account.push(&row.account);
            columns.symbol.push(&row.symbol);
            columns.verdict.push(row.verdict);
            columns.reason.push(row.reason);
            columns.orders.push(row.orders.join("\n"));
            columns.order_ids.push(row.order_ids.join("\n"));
            columns.partition.push(row.partition);
            columns.offset.push(row.offset);
        }
        columns
    }
}
