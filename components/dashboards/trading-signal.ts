import { graph, memory, number, quantiles, rareRate, rate, up } from "./common.ts";
import type { Board } from "./panel.ts";

const m = (name: string): string => `horizon_trading_signal_${name}`;

export const tradingSignal: Board = {
  id: "horizon-trading-signal",
  title: "Trading signal",
  rows: {
    State: [
      up("trading-signal"),
      number("Kafka usable", "short", m("kafka_up")),
      number("PostgreSQL usable", "short", m("postgres_up")),
      number("Messages behind", "short", `sum(${m("lag_messages")})`),
    ],
    Signals: [
      graph("Messages processed", "ops", [rate(m("messages_total"), "topic")]),
      graph("Signals", "ops", [
        {
          expr: `sum by (account, intent, side) (rate(${m("signals_total")}[1m]))`,
          legend: "{{account}} {{intent}} {{side}}",
        },
      ]),
      graph("Evaluation", "s", quantiles(m("evaluation_seconds")), "Features, score and decision of one slot."),
      graph("Kafka transaction", "s", quantiles(m("transaction_seconds"))),
    ],
    Model: [
      graph("Score", "short", quantiles(m("score")), "From -1 (down) to 1 (up)."),
      graph(
        "Shift of features",
        "short",
        [{ expr: m("feature_mean_shift"), legend: "{{feature}}" }],
        "Mean, in deviations of the training data.",
      ),
      graph(
        "Spread of features",
        "short",
        [{ expr: m("feature_std_ratio"), legend: "{{feature}}" }],
        "Deviation over that of the training data.",
      ),
      graph("Outliers", "ops", [rareRate(m("feature_outliers_total"), "beyond the model's clip")]),
    ],
    Trouble: [
      graph("Skipped", "ops", [rareRate(m("corrupt_total"), "corrupt"), rareRate(m("duplicates_total"), "repeated")]),
      memory("trading-signal"),
    ],
  },
};
