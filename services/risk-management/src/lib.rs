//! Judges trading signals against limits and positions, and publishes the orders it approves.

pub mod authorities;
pub mod command;
pub mod config;
pub mod health;
pub mod http;
pub mod kafka;
pub mod log;
pub mod message;
pub mod metrics;
pub mod problem;
pub mod prune;
pub mod risk;
pub mod session;
pub mod store;
pub mod worker;
