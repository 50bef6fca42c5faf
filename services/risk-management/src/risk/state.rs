use std::collections::{HashMap, HashSet};

use super::{Kill, Limits, Position};
use crate::message::Side;

/// An order that may still be filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOrder {
    pub account: String,
    pub symbol: String,
    pub side: Side,
    pub price: i64,
    pub leaves: i64,
    /// Ours, from a quote signal: the next quote of that account, symbol and side replaces it.
    pub quote: bool,
    /// A cancel was published. It may still be filled before the engine sees the cancel.
    pub cancelling: bool,
}

#[derive(Default)]
struct Market {
    position: Position,
    /// Sum of the leaves of open orders, by side.
    leaves: [i128; 2],
    /// Id of the live quote, by side.
    quotes: [Option<String>; 2],
}

#[derive(Default)]
struct Account {
    limits: Option<Limits>,
    /// Open orders for which no cancel was published.
    live: i32,
    markets: HashMap<String, Market>,
}

/// What a batch changed, to be written in one transaction.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub open: Vec<(String, OpenOrder)>,
    pub closed: Vec<String>,
    pub positions: Vec<(String, String, Position)>,
}

/// The mirror of the database, with the sums the decision needs.
#[derive(Default)]
pub struct State {
    pub kill: Kill,
    accounts: HashMap<String, Account>,
    orders: HashMap<String, OpenOrder>,
    touched_orders: HashSet<String>,
    touched_positions: HashSet<(String, String)>,
}

impl State {
    pub fn limits(&self, account: &str) -> Option<&Limits> {
        self.accounts.get(account)?.limits.as_ref()
    }

    pub fn set_limits(&mut self, account: &str, limits: Limits) {
        self.account(account).limits = Some(limits);
    }

    pub fn position(&self, account: &str, symbol: &str) -> Position {
        self.market(account, symbol).map_or_else(Position::default, |m| m.position)
    }

    pub fn set_position(&mut self, account: &str, symbol: &str, position: Position) {
        self.market_mut(account, symbol).position = position;
    }

    /// Quantity that may still be filled on one side, cancels under way included.
    pub fn leaves(&self, account: &str, symbol: &str, side: Side) -> i128 {
        self.market(account, symbol).map_or(0, |m| m.leaves[side as usize])
    }

    pub fn live_orders(&self, account: &str) -> i32 {
        self.accounts.get(account).map_or(0, |a| a.live)
    }

    pub fn quote(&self, account: &str, symbol: &str, side: Side) -> Option<(&str, &OpenOrder)> {
        let id = self.market(account, symbol)?.quotes[side as usize].as_deref()?;
        Some((id, self.orders.get(id)?))
    }

    pub fn orders(&self) -> impl Iterator<Item = (&String, &OpenOrder)> {
        self.orders.iter()
    }

    pub fn knows(&self, order: &str) -> bool {
        self.orders.contains_key(order)
    }

    pub fn order_count(&self) -> usize {
        self.orders.len()
    }

    /// Accounts under limits with their positions: what is worth a gauge.
    pub fn limited_positions(&self) -> impl Iterator<Item = (&str, &str, &Position)> {
        self.accounts.iter().filter(|(_, a)| a.limits.is_some()).flat_map(|(name, a)| {
            a.markets.iter().map(move |(symbol, m)| (name.as_str(), symbol.as_str(), &m.position))
        })
    }

    pub fn insert_order(&mut self, id: &str, order: OpenOrder) {
        self.remove_order(id);
        let side = order.side as usize;
        let account = self.account(&order.account);
        account.live += i32::from(!order.cancelling);
        let market = account.markets.entry(order.symbol.clone()).or_default();
        market.leaves[side] += i128::from(order.leaves);
        if order.quote && !order.cancelling {
            market.quotes[side] = Some(id.to_owned());
        }
        self.orders.insert(id.to_owned(), order);
        self.touched_orders.insert(id.to_owned());
    }

    pub fn remove_order(&mut self, id: &str) {
        let Some(order) = self.orders.remove(id) else { return };
        let account = self.account(&order.account);
        account.live -= i32::from(!order.cancelling);
        let market = account.markets.entry(order.symbol.clone()).or_default();
        market.leaves[order.side as usize] -= i128::from(order.leaves);
        let quote = &mut market.quotes[order.side as usize];
        if quote.as_deref() == Some(id) {
            *quote = None;
        }
        self.touched_orders.insert(id.to_owned());
    }

    pub fn mark_cancelling(&mut self, id: &str) {
        self.amend(id, |order| order.cancelling = true);
    }

    pub(super) fn amend(&mut self, id: &str, change: impl FnOnce(&mut OpenOrder)) {
        if let Some(mut order) = self.orders.get(id).cloned() {
            change(&mut order);
            self.remove_order(id);
            if order.leaves > 0 {
                self.insert_order(id, order);
            }
        }
    }

    /// What changed since the last call. An order that came and went in between leaves a deletion
    /// of nothing, which costs less than remembering where it came from.
    pub fn take_changes(&mut self) -> Changes {
        let mut changes = Changes::default();
        for id in std::mem::take(&mut self.touched_orders) {
            match self.orders.get(&id) {
                Some(order) => changes.open.push((id, order.clone())),
                None => changes.closed.push(id),
            }
        }
        for (account, symbol) in std::mem::take(&mut self.touched_positions) {
            let position = self.position(&account, &symbol);
            changes.positions.push((account, symbol, position));
        }
        changes
    }

    pub(super) fn trade(&mut self, account: &str, symbol: &str, side: Side, price: i64, qty: i64) {
        self.market_mut(account, symbol).position.trade(side, price, qty);
        self.touched_positions.insert((account.to_owned(), symbol.to_owned()));
    }

    fn account(&mut self, name: &str) -> &mut Account {
        if !self.accounts.contains_key(name) {
            self.accounts.insert(name.to_owned(), Account::default());
        }
        self.accounts.get_mut(name).unwrap_or_else(|| unreachable!("inserted above"))
    }

    fn market(&self, account: &str, symbol: &str) -> Option<&Market> {
        self.accounts.get(account)?.markets.get(symbol)
    }

    fn market_mut(&mut self, account: &str, symbol: &str) -> &mut Market {
        self.account(account).markets.entry(symbol.to_owned()).or_default()
    }
}
