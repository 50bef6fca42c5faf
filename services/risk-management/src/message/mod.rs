//! The messages this service reads and writes, in their canonical JSON form: keys in a fixed order
//! (the order of the struct fields), no whitespace, integers only.

mod fill;
mod order;
mod signal;

pub use fill::{Accepted, CancelRejected, CancelRejection, Duplicate, Ended, Fill, FillEvent, FillKind, Rejected};
pub use order::{NewOrder, Order, OrderKind, Origin, TimeInForce};
pub use signal::{Intent, Signal};

use serde::{Deserialize, Serialize};

/// One whole unit: prices, quantities and notionals are integers at this scale.
pub const SCALE: i128 = 100_000_000;

/// The only message version there is.
pub const VERSION: u8 = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Buy,
    Sell,
}

impl Side {
    pub fn opposite(self) -> Self {
        match self {
            Side::Buy => Side::Sell,
            Side::Sell => Side::Buy,
        }
    }

    /// +1 for a buy, -1 for a sell.
    pub fn sign(self) -> i128 {
        match self {
            Side::Buy => 1,
            Side::Sell => -1,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Side::Buy => "buy",
            Side::Sell => "sell",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "buy" => Some(Side::Buy),
            "sell" => Some(Side::Sell),
            _ => None,
        }
    }
}

/// price * qty at the notional's scale, rounded up so that a limit is never undershot.
pub fn notional(price: i64, qty: i128) -> i128 {
    let product = i128::from(price).saturating_mul(qty.abs());
    product / SCALE + i128::from(product % SCALE != 0)
}

/// Why a record of a topic could not be used.
#[derive(Debug, PartialEq, Eq)]
pub struct Corrupt(pub String);

impl std::fmt::Display for Corrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Corrupt {}

pub(crate) fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Corrupt> {
    serde_json::from_slice(bytes).map_err(|e| Corrupt(e.to_string()))
}

pub(crate) fn check_version(v: u8) -> Result<(), Corrupt> {
    if v == VERSION { Ok(()) } else { Err(Corrupt(format!("message version {v}, only {VERSION} is known"))) }
}

pub(crate) fn canonical<T: Serialize>(message: &T) -> String {
    // Plain structs of strings and integers cannot fail to serialise.
    serde_json::to_string(message).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notional_rounds_up_and_ignores_sign() {
        assert_eq!(notional(6_180_020_000_000, 100_000_000), 6_180_020_000_000);
        assert_eq!(notional(1, 1), 1);
        assert_eq!(notional(3, -100_000_000), 3);
        assert_eq!(notional(i64::MAX, i128::from(i64::MAX)), 850_705_917_302_346_158_473_969_077_842 + 1);
    }

    #[test]
    fn sides() {
        assert_eq!(Side::parse("buy"), Some(Side::Buy));
        assert_eq!(Side::parse("SELL"), None);
        assert_eq!(Side::Buy.opposite().sign(), -1);
    }
}
