use serde::{Deserialize, Serialize};

use super::{Corrupt, Side, canonical, check_version, parse};

/// What the model wants done: `quote` replaces the account's resting order on that side,
/// `take` trades now or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Intent {
    Quote,
    Take,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    pub v: u8,
    pub id: String,
    pub session: String,
    pub seq: u64,
    pub symbol: String,
    pub ts: i64,
    pub account: String,
    pub intent: Intent,
    pub side: Side,
    pub price: i64,
    pub qty: i64,
    #[serde(rename = "ref")]
    pub reference: i64,
    pub score: i64,
    pub model: String,
}

impl Signal {
    pub fn parse(bytes: &[u8]) -> Result<Self, Corrupt> {
        let signal: Signal = parse(bytes)?;
        check_version(signal.v)?;
        if signal.id.is_empty() || signal.account.is_empty() || signal.symbol.is_empty() {
            return Err(Corrupt("empty id, account or symbol".into()));
        }
        Ok(signal)
    }

    pub fn to_canonical(&self) -> String {
        canonical(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"v":1,"id":"s/12/1","session":"s","seq":12,"symbol":"BTCUSDT","ts":5,"account":"maker","intent":"quote","side":"buy","price":6180020000000,"qty":100000,"ref":6180030000000,"score":-7,"model":"0123456789ab"}"#;

    #[test]
    fn round_trips() {
        assert_eq!(Signal::parse(GOOD.as_bytes()).unwrap().to_canonical(), GOOD);
    }

    #[test]
    fn refuses_other_versions_floats_unknown_words_and_empty_ids() {
        for (from, to) in [
            ("\"v\":1", "\"v\":2"),
            ("6180020000000", "61800.2"),
            ("quote", "hedge"),
            ("s/12/1", ""),
            ("\"qty\":100000,", ""),
            ("\"seq\":12", "\"seq\":12,\"extra\":1"),
        ] {
            assert!(Signal::parse(GOOD.replacen(from, to, 1).as_bytes()).is_err(), "{from} -> {to}");
        }
    }
}
