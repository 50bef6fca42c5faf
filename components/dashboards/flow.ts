import { graph, number, quantiles } from "./common.ts";
import type { Board } from "./panel.ts";

const step = (legend: string, metric: string) => ({ expr: `sum(rate(${metric}[1m]))`, legend });

/** From the exchange's frame to the fill, side by side: where the numbers stop, the fault is. */
export const flow: Board = {
  id: "horizon-flow",
  title: "Flow",
  rows: {
    "Last minute": [
      number("Frames", "ops", "sum(rate(horizon_market_data_frames_total[1m]))"),
      number("Signals", "ops", "sum(rate(horizon_trading_signal_signals_total[1m]))"),
      number("Orders", "ops", 'sum(rate(horizon_risk_management_orders_total{kind="new"}[1m]))'),
      number("Fills", "ops", "sum(rate(horizon_engine_fills_total[1m]))"),
    ],
    "Step by step": [
      graph("Rates", "ops", [
        step("frames", "horizon_market_data_frames_total"),
        step("published", "horizon_market_data_published_total"),
        step("read by signal", "horizon_trading_signal_messages_total"),
        step("signals", "horizon_trading_signal_signals_total"),
        step("decisions", "horizon_risk_management_decisions_total"),
        step("orders", "horizon_risk_management_orders_total"),
        step("engine events", "horizon_engine_events_total"),
      ]),
      graph("Behind", "short", [
        { expr: "sum(horizon_trading_signal_lag_messages)", legend: "signal" },
        { expr: "sum(horizon_risk_management_fills_lag_records)", legend: "risk" },
        { expr: "sum(horizon_engine_journal_lag)", legend: "engine" },
      ]),
      graph("Own share of the time", "s", [
        ...quantiles("horizon_market_data_lag_seconds").map((q) => ({ ...q, legend: `market data ${q.legend}` })),
        ...quantiles("horizon_trading_signal_transaction_seconds").map((q) => ({ ...q, legend: `signal ${q.legend}` })),
        ...quantiles("horizon_engine_match_seconds").map((q) => ({ ...q, legend: `engine ${q.legend}` })),
      ]),
      graph("Everybody up", "short", [
        { expr: 'up{job=~"market-data|trading-signal|risk-management|engine|kafka(-[0-9]+)?"}', legend: "{{job}}" },
      ]),
    ],
    Versions: [number("Services that say their version", "short", "count(horizon_build_info)")],
  },
};
