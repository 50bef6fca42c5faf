import { graph, memory, number, quantiles, rate, up } from "./common.ts";
import type { Board } from "./panel.ts";

const m = (name: string): string => `horizon_market_data_${name}`;

export const marketData: Board = {
  id: "horizon-market-data",
  title: "Market data",
  rows: {
    State: [
      up("market-data"),
      number("Kafka usable", "short", m("kafka_up")),
      number("Redis usable", "short", m("redis_up")),
      number("Books in sync", "percentunit", `avg(${m("book_synced")})`),
    ],
    Feed: [
      graph("Frames read", "ops", [rate(m("frames_total"), "kind")]),
      graph("Messages committed", "ops", [rate(m("published_total"), "topic")]),
      graph("Receipt to commit", "s", quantiles(m("lag_seconds")), "Replayed frames are left out."),
      graph("Kafka transaction", "s", quantiles(m("commit_seconds"))),
    ],
    Trouble: [
      graph("Gaps, resyncs, corrupt frames", "ops", [
        rate(m("gaps_total"), undefined, "gaps"),
        rate(m("resyncs_total"), undefined, "resyncs"),
        rate(m("corrupt_total"), undefined, "corrupt"),
      ]),
      graph("Failures of servers", "ops", [
        rate(m("commit_errors_total"), undefined, "Kafka"),
        rate(m("redis_errors_total"), undefined, "Redis"),
        rate(m("live_errors_total"), undefined, "exchange"),
      ]),
      memory("market-data"),
    ],
  },
};
