//! The rules: what is held, what may still be filled, and whether one more order is allowed.
//! Nothing here reads a clock, a socket or a file.

mod decide;
mod events;
mod position;
mod state;

pub use decide::{Circumstances, Decision, Policy, Reason, Verdict, decide};
pub use position::Position;
pub use state::{Changes, OpenOrder, State};

use serde::{Deserialize, Serialize};

/// What one account may do. Notionals are integers at scale 1e-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub max_order_notional: i64,
    pub max_position_notional: i64,
    pub max_open_orders: i32,
    #[serde(default = "enabled")]
    pub enabled: bool,
}

fn enabled() -> bool {
    true
}

impl Limits {
    /// The name and value of the first limit that makes no sense.
    pub fn invalid(&self) -> Option<(&'static str, i64)> {
        [
            ("max_order_notional", self.max_order_notional),
            ("max_position_notional", self.max_position_notional),
            ("max_open_orders", i64::from(self.max_open_orders)),
        ]
        .into_iter()
        .find(|(_, value)| *value < 0)
    }
}

/// The switch that stops all new orders. `epoch` counts its uses, so that the cancels of one use
/// are published once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Kill {
    pub active: bool,
    pub epoch: i64,
    pub reason: String,
}
