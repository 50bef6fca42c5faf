use serde::{Deserialize, Serialize};

use super::{Corrupt, Side, canonical, check_version, parse};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FillKind {
    Accepted,
    Fill,
    Cancelled,
    Expired,
    Rejected,
    CancelRejected,
    Duplicate,
}

impl FillKind {
    pub fn as_str(self) -> &'static str {
        match self {
            FillKind::Accepted => "accepted",
            FillKind::Fill => "fill",
            FillKind::Cancelled => "cancelled",
            FillKind::Expired => "expired",
            FillKind::Rejected => "rejected",
            FillKind::CancelRejected => "cancel_rejected",
            FillKind::Duplicate => "duplicate",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelRejection {
    Unknown,
    Done,
    NotOwner,
}

/// Declares one kind of event: the four fields all of them start with, then its own.
macro_rules! event {
    ($name:ident { $($(#[$attr:meta])* $field:ident: $type:ty),* $(,)? }) => {
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            pub v: u8,
            pub kind: FillKind,
            pub seq: u64,
            /// Offset of the causing record in `orders`.
            #[serde(rename = "in")]
            pub cause: i64,
            pub ts: i64,
            $($(#[$attr])* pub $field: $type,)*
        }
    };
}

event!(Accepted { order: String, account: String, symbol: String, side: Side, price: i64, qty: i64 });
event!(Fill {
    #[serde(rename = "match")]
    match_id: u64,
    symbol: String,
    price: i64,
    qty: i64,
    taker: String,
    taker_account: String,
    taker_side: Side,
    taker_leaves: i64,
    maker: String,
    maker_account: String,
    maker_leaves: i64,
});
event!(Ended { order: String, account: String, symbol: String, leaves: i64 });
event!(Rejected { order: String, account: String, symbol: String, reason: String });
event!(CancelRejected { order: String, target: String, account: String, symbol: String, reason: CancelRejection });
event!(Duplicate { order: String, account: String, symbol: String });

/// A record of the `fills` topic: everything the engine says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum FillEvent {
    Accepted(Accepted),
    Fill(Fill),
    Cancelled(Ended),
    Expired(Ended),
    Rejected(Rejected),
    CancelRejected(CancelRejected),
    Duplicate(Duplicate),
}

impl FillEvent {
    pub fn parse(bytes: &[u8]) -> Result<Self, Corrupt> {
        #[derive(Deserialize)]
        struct Head {
            v: u8,
            kind: FillKind,
        }
        let head: Head = parse(bytes)?;
        check_version(head.v)?;
        match head.kind {
            FillKind::Accepted => parse(bytes).map(FillEvent::Accepted),
            FillKind::Fill => parse(bytes).map(FillEvent::Fill),
            FillKind::Cancelled => parse(bytes).map(FillEvent::Cancelled),
            FillKind::Expired => parse(bytes).map(FillEvent::Expired),
            FillKind::Rejected => parse(bytes).map(FillEvent::Rejected),
            FillKind::CancelRejected => parse(bytes).map(FillEvent::CancelRejected),
            FillKind::Duplicate => parse(bytes).map(FillEvent::Duplicate),
        }
    }

    pub fn to_canonical(&self) -> String {
        canonical(self)
    }

    pub fn seq(&self) -> u64 {
        match self {
            FillEvent::Accepted(e) => e.seq,
            FillEvent::Fill(e) => e.seq,
            FillEvent::Cancelled(e) | FillEvent::Expired(e) => e.seq,
            FillEvent::Rejected(e) => e.seq,
            FillEvent::CancelRejected(e) => e.seq,
            FillEvent::Duplicate(e) => e.seq,
        }
    }

    pub fn kind(&self) -> FillKind {
        match self {
            FillEvent::Accepted(_) => FillKind::Accepted,
            FillEvent::Fill(_) => FillKind::Fill,
            FillEvent::Cancelled(_) => FillKind::Cancelled,
            FillEvent::Expired(_) => FillKind::Expired,
            FillEvent::Rejected(_) => FillKind::Rejected,
            FillEvent::CancelRejected(_) => FillKind::CancelRejected,
            FillEvent::Duplicate(_) => FillKind::Duplicate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_round_trips() {
        for text in [
            r#"{"v":1,"kind":"accepted","seq":1,"in":0,"ts":5,"order":"a","account":"maker","symbol":"X","side":"buy","price":3,"qty":4}"#,
            r#"{"v":1,"kind":"fill","seq":2,"in":1,"ts":5,"match":1,"symbol":"X","price":3,"qty":4,"taker":"b","taker_account":"t","taker_side":"sell","taker_leaves":0,"maker":"a","maker_account":"maker","maker_leaves":0}"#,
            r#"{"v":1,"kind":"cancelled","seq":3,"in":2,"ts":5,"order":"a","account":"maker","symbol":"X","leaves":4}"#,
            r#"{"v":1,"kind":"expired","seq":4,"in":2,"ts":5,"order":"a","account":"maker","symbol":"X","leaves":4}"#,
            r#"{"v":1,"kind":"rejected","seq":5,"in":2,"ts":5,"order":"a","account":"maker","symbol":"X","reason":"collar"}"#,
            r#"{"v":1,"kind":"cancel_rejected","seq":6,"in":2,"ts":5,"order":"a/c","target":"a","account":"maker","symbol":"X","reason":"not_owner"}"#,
            r#"{"v":1,"kind":"duplicate","seq":7,"in":2,"ts":5,"order":"a","account":"maker","symbol":"X"}"#,
        ] {
            let event = FillEvent::parse(text.as_bytes()).unwrap();
            assert_eq!(event.to_canonical(), text);
            assert!(text.contains(&format!("\"kind\":\"{}\"", event.kind().as_str())));
            assert!(text.contains(&format!("\"seq\":{}", event.seq())));
        }
    }

    #[test]
    fn an_unknown_kind_is_corrupt() {
        let text = r#"{"v":1,"kind":"bust","seq":7,"in":2,"ts":5}"#;
        assert!(FillEvent::parse(text.as_bytes()).is_err());
    }
}
