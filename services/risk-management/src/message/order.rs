use serde::{Deserialize, Serialize};

use super::{Corrupt, Side, VERSION, canonical, check_version, parse};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeInForce {
    Gtc,
    Ioc,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    Risk,
    Rest,
    Ws,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderKind {
    New,
    Cancel,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct New {
    v: u8,
    kind: OrderKind,
    pub id: String,
    pub account: String,
    pub symbol: String,
    pub side: Side,
    pub price: i64,
    pub qty: i64,
    pub tif: TimeInForce,
    #[serde(rename = "ref")]
    pub reference: i64,
    pub ts: i64,
    pub origin: Origin,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    v: u8,
    kind: OrderKind,
    pub id: String,
    pub account: String,
    pub symbol: String,
    pub target: String,
    pub ts: i64,
    pub origin: Origin,
}

/// A record of the `orders` topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Order {
    New(New),
    Cancel(Cancel),
}

/// What a new order says besides what follows from its being ours.
pub struct NewOrder<'a> {
    pub id: &'a str,
    pub account: &'a str,
    pub symbol: &'a str,
    pub side: Side,
    pub price: i64,
    pub qty: i64,
    pub tif: TimeInForce,
    pub reference: i64,
    pub ts: i64,
}

impl Order {
    pub fn new(order: &NewOrder<'_>) -> Self {
        Order::New(New {
            v: VERSION,
            kind: OrderKind::New,
            id: order.id.into(),
            account: order.account.into(),
            symbol: order.symbol.into(),
            side: order.side,
            price: order.price,
            qty: order.qty,
            tif: order.tif,
            reference: order.reference,
            ts: order.ts,
            origin: Origin::Risk,
        })
    }

    pub fn cancel(id: &str, account: &str, symbol: &str, target: &str, ts: i64) -> Self {
        Order::Cancel(Cancel {
            v: VERSION,
            kind: OrderKind::Cancel,
            id: id.into(),
            account: account.into(),
            symbol: symbol.into(),
            target: target.into(),
            ts,
            origin: Origin::Risk,
        })
    }

    pub fn id(&self) -> &str {
        match self {
            Order::New(o) => &o.id,
            Order::Cancel(o) => &o.id,
        }
    }

    /// The record's key in the topic.
    pub fn symbol(&self) -> &str {
        match self {
            Order::New(o) => &o.symbol,
            Order::Cancel(o) => &o.symbol,
        }
    }

    pub fn parse(bytes: &[u8]) -> Result<Self, Corrupt> {
        #[derive(Deserialize)]
        struct Head {
            v: u8,
            kind: OrderKind,
        }
        let head: Head = parse(bytes)?;
        check_version(head.v)?;
        match head.kind {
            OrderKind::New => parse(bytes).map(Order::New),
            OrderKind::Cancel => parse(bytes).map(Order::Cancel),
        }
    }

    pub fn to_canonical(&self) -> String {
        canonical(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_and_cancel_have_the_contract_s_bytes() {
        let new = Order::new(&NewOrder {
            id: "s/1/1",
            account: "maker",
            symbol: "BTCUSDT",
            side: Side::Sell,
            price: 10,
            qty: 20,
            tif: TimeInForce::Gtc,
            reference: 11,
            ts: 12,
        });
        let text = r#"{"v":1,"kind":"new","id":"s/1/1","account":"maker","symbol":"BTCUSDT","side":"sell","price":10,"qty":20,"tif":"gtc","ref":11,"ts":12,"origin":"risk"}"#;
        assert_eq!(new.to_canonical(), text);
        assert_eq!(Order::parse(text.as_bytes()).unwrap(), new);

        let cancel = Order::cancel("s/2/1/c", "maker", "BTCUSDT", "s/1/1", 13);
        let text = r#"{"v":1,"kind":"cancel","id":"s/2/1/c","account":"maker","symbol":"BTCUSDT","target":"s/1/1","ts":13,"origin":"risk"}"#;
        assert_eq!(cancel.to_canonical(), text);
        assert_eq!(Order::parse(text.as_bytes()).unwrap(), cancel);
        assert_eq!((cancel.id(), cancel.symbol()), ("s/2/1/c", "BTCUSDT"));
    }
}
