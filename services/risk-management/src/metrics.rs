//! What Prometheus scrapes.

use prometheus::{
    Encoder, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry,
    TextEncoder, exponential_buckets,
};

use crate::message::SCALE;
use crate::risk::State;

pub struct Metrics {
    stack: Registry,
    registry: Registry,
    pub signals: IntCounter,
    pub repeated_signals: IntCounterVec,
    pub corrupt: IntCounterVec,
    pub decisions: IntCounterVec,
    pub decisions_pruned: IntCounter,
    pub orders: IntCounterVec,
    pub fills: IntCounterVec,
    pub fills_gaps: IntCounter,
    pub fills_repeated: IntCounter,
    pub fills_lag: IntGauge,
    pub open_orders: IntGauge,
    pub position_notional: GaugeVec,
    pub kill: IntGauge,
    pub postgres_errors: IntCounter,
    pub kafka_errors: IntCounter,
    pub decide_seconds: Histogram,
    pub batch_seconds: HistogramVec,
}

impl Metrics {
    /// # Errors
    /// When two metrics have one name, which the tests rule out.
    pub fn new() -> prometheus::Result<Self> {
        let registry = Registry::new_custom(Some("horizon_risk_management".into()), None)?;
        let r = &registry;
        let build = IntGauge::with_opts(
            Opts::new("build_info", "1, labelled with what runs")
                .namespace("horizon")
                .const_label("service", crate::log::SERVICE)
                .const_label("version", env!("CARGO_PKG_VERSION")),
        )?;
        build.set(1);
        // Its prefix is the stack's, not this service's: a registry of its own.
        let stack = Registry::new();
        stack.register(Box::new(build))?;
        Ok(Metrics {
            signals: counter(r, "signals_total", "Signals read")?,
            repeated_signals: counters(r, "repeated_signals_total", "Signals that were decided before", &["kind"])?,
            corrupt: counters(r, "corrupt_total", "Records skipped because they could not be read", &["topic"])?,
            decisions: counters(r, "decisions_total", "Decisions recorded", &["verdict", "reason"])?,
            decisions_pruned: counter(r, "decisions_pruned_total", "Decisions removed because of their age")?,
            orders: counters(r, "orders_total", "Records published to orders", &["kind"])?,
            fills: counters(r, "fills_total", "Records of fills applied", &["kind"])?,
            fills_gaps: counter(r, "fills_gaps_total", "Missing sequence numbers in fills")?,
            fills_repeated: counter(r, "fills_repeated_total", "Records of fills seen before and skipped")?,
            fills_lag: gauge(r, "fills_lag_records", "Records of fills not applied yet")?,
            open_orders: gauge(r, "open_orders", "Orders that may still be filled")?,
            position_notional: registered(
                r,
                GaugeVec::new(
                    Opts::new("position_notional", "Quantity held times last price, in whole quote units"),
                    &["account", "symbol"],
                )?,
            )?,
            kill: gauge(r, "kill_switch", "1 while no new order is approved")?,
            postgres_errors: counter(r, "postgres_errors_total", "Failures of Postgres")?,
            kafka_errors: counter(r, "kafka_errors_total", "Failures of Kafka")?,
            decide_seconds: registered(
                r,
                Histogram::with_opts(
                    HistogramOpts::new("decide_seconds", "Time to judge one signal")
                        .buckets(exponential_buckets(250e-9, 2.0, 14)?),
                )?,
            )?,
            batch_seconds: registered(
                r,
                HistogramVec::new(
                    HistogramOpts::new("batch_seconds", "Time of one step of a batch")
                        .buckets(exponential_buckets(0.0005, 2.0, 14)?),
                    &["step"],
                )?,
            )?,
            stack,
            registry,
        })
    }

    /// Brings the gauges that mirror the state up to date.
    pub fn mirror(&self, state: &State) {
        self.kill.set(i64::from(state.kill.active));
        self.open_orders.set(i64::try_from(state.order_count()).unwrap_or(i64::MAX));
        for (account, symbol, position) in state.limited_positions() {
            let notional = position.qty as f64 * position.last_price as f64 / (SCALE * SCALE) as f64;
            self.position_notional.with_label_values(&[account, symbol]).set(notional);
        }
    }

    pub fn render(&self) -> String {
        let mut families = self.stack.gather();
        families.extend(self.registry.gather());
        let mut text = vec![];
        if let Err(error) = TextEncoder::new().encode(&families, &mut text) {
            tracing::error!(%error, "metrics could not be written");
        }
        String::from_utf8(text).unwrap_or_default()
    }
}

fn registered<C: prometheus::core::Collector + Clone + 'static>(r: &Registry, c: C) -> prometheus::Result<C> {
    r.register(Box::new(c.clone()))?;
    Ok(c)
}

fn counter(r: &Registry, name: &str, help: &str) -> prometheus::Result<IntCounter> {
    registered(r, IntCounter::new(name, help)?)
}

fn counters(r: &Registry, name: &str, help: &str, labels: &[&str]) -> prometheus::Result<IntCounterVec> {
    registered(r, IntCounterVec::new(Opts::new(name, help), labels)?)
}

fn gauge(r: &Registry, name: &str, help: &str) -> prometheus::Result<IntGauge> {
    registered(r, IntGauge::new(name, help)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_the_stack_s_prefix_and_the_build() {
        let metrics = Metrics::new().unwrap();
        metrics.decisions.with_label_values(&["refused", "collar"]).inc();
        let text = metrics.render();
        let version = env!("CARGO_PKG_VERSION");
        assert!(
            text.contains(&format!("horizon_build_info{{service=\"risk-management\",version=\"{version}\"}} 1")),
            "{text}"
        );
        assert!(text.contains("horizon_risk_management_decisions_total{reason=\"collar\",verdict=\"refused\"} 1"));
        for line in text.lines().filter(|l| !l.starts_with('#')) {
            assert!(line.starts_with("horizon_"), "{line}");
        }
    }
}
