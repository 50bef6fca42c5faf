use crate::message::Side;

/// A holding at average cost. `qty` is at scale 1e-8; `cost` and `realised` are price times
/// quantity, so at scale 1e-16, and exact but for the rounding of the cost of what is sold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Positive when long, negative when short.
    pub qty: i128,
    /// What the open quantity was bought (or sold short) for; never negative.
    pub cost: i128,
    pub realised: i128,
    pub last_price: i64,
}

impl Position {
    pub fn trade(&mut self, side: Side, price: i64, qty: i64) {
        let signed = side.sign() * i128::from(qty);
        let price = i128::from(price);
        self.last_price = i64::try_from(price).unwrap_or(i64::MAX);
        if self.qty == 0 || self.qty.signum() == signed.signum() {
            self.open(signed, price);
            return;
        }
        let held = self.qty.abs();
        let closed = signed.abs().min(held);
        let cost = share(self.cost, closed, held);
        let proceeds = price * closed;
        self.realised = self.realised.saturating_add(self.qty.signum() * (proceeds - cost));
        self.cost -= cost;
        self.qty += signed.signum() * closed;
        let rest = signed.abs() - closed;
        if rest > 0 {
            self.open(signed.signum() * rest, price);
        }
    }

    fn open(&mut self, signed: i128, price: i128) {
        self.qty += signed;
        self.cost = self.cost.saturating_add(price * signed.abs());
    }
}

/// floor(cost * part / whole) without a product that could overflow.
fn share(cost: i128, part: i128, whole: i128) -> i128 {
    (cost / whole) * part + (cost % whole) * part / whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(trades: &[(Side, i64, i64)]) -> Position {
        let mut position = Position::default();
        for &(side, price, qty) in trades {
            position.trade(side, price, qty);
        }
        position
    }

    #[test]
    fn buying_adds_and_selling_realises_at_average_cost() {
        let p = after(&[(Side::Buy, 100, 10), (Side::Buy, 200, 10), (Side::Sell, 180, 5)]);
        assert_eq!(p, Position { qty: 15, cost: 2250, realised: 5 * 180 - 750, last_price: 180 });
    }

    #[test]
    fn a_sale_beyond_the_holding_turns_it_short() {
        let p = after(&[(Side::Buy, 100, 10), (Side::Sell, 110, 25)]);
        assert_eq!(p, Position { qty: -15, cost: 15 * 110, realised: 100, last_price: 110 });
        let p = after(&[(Side::Sell, 100, 10), (Side::Buy, 90, 10)]);
        assert_eq!(p, Position { qty: 0, cost: 0, realised: 100, last_price: 90 });
    }

    #[test]
    fn extremes_do_not_overflow() {
        let p = after(&[(Side::Buy, i64::MAX, i64::MAX), (Side::Sell, 1, i64::MAX), (Side::Sell, i64::MAX, i64::MAX)]);
        assert_eq!(p.qty, -i128::from(i64::MAX));
    }
}
