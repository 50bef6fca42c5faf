import { graph, number, quantiles, rate, up } from "./common.ts";
import type { Board } from "./panel.ts";

const m = (name: string): string => `horizon_risk_management_${name}`;

export const riskManagement: Board = {
  id: "horizon-risk-management",
  title: "Risk management",
  rows: {
    State: [
      up("risk-management"),
      number("Kill switch", "short", m("kill_switch"), "1 while no new order is approved."),
      number("Open orders", "short", m("open_orders")),
      number("Events behind", "short", m("fills_lag_records")),
    ],
    Decisions: [
      graph("Signals read", "ops", [rate(m("signals_total"), undefined, "signals")]),
      graph("Verdicts", "ops", [
        { expr: `sum by (verdict, reason) (rate(${m("decisions_total")}[1m]))`, legend: "{{verdict}} {{reason}}" },
      ]),
      graph("Records published to orders", "ops", [rate(m("orders_total"), "kind")]),
      graph("Events of the engine applied", "ops", [rate(m("fills_total"), "kind")]),
    ],
    Exposure: [
      graph(
        "Position",
        "short",
        [{ expr: m("position_notional"), legend: "{{account}} {{symbol}}" }],
        "Quantity held times last price, in quote units.",
      ),
    ],
    Time: [
      graph("Judging one signal", "s", quantiles(m("decide_seconds"))),
      graph("Steps of a batch", "s", quantiles(m("batch_seconds"), "step")),
    ],
    Trouble: [
      graph("Failures and gaps", "ops", [
        rate(m("postgres_errors_total"), undefined, "PostgreSQL"),
        rate(m("kafka_errors_total"), undefined, "Kafka"),
        rate(m("fills_gaps_total"), undefined, "gaps in fills"),
      ]),
    ],
  },
};
