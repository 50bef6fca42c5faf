import { graph, number, quantiles, rate, up } from "./common.ts";
import type { Board } from "./panel.ts";

const m = (name: string): string => `horizon_engine_${name}`;

export const engine: Board = {
  id: "horizon-engine",
  title: "Engine",
  rows: {
    State: [
      up("engine"),
      number("Ready", "short", m("ready"), "1 when the journal is replayed and Kafka answers."),
      number("Resting orders", "short", m("live_orders")),
      number("Records behind", "short", m("journal_lag")),
    ],
    Matching: [
      graph("Records applied", "ops", [rate(m("orders_total"), "kind")]),
      graph("Events published", "ops", [rate(m("events_total"), "kind")]),
      graph("Applying one record", "s", quantiles(m("match_seconds"))),
      graph("Price levels", "short", [{ expr: m("book_levels"), legend: "{{symbol}} {{side}}" }]),
    ],
    Entrance: [
      graph("Answers of the API", "ops", [rate(m("requests_total"), "status")]),
      graph("Connections", "short", [{ expr: m("connections"), legend: "open" }]),
    ],
    Journal: [
      graph("Sequence and offset", "short", [
        { expr: m("last_seq"), legend: "last event" },
        { expr: m("journal_offset"), legend: "journal" },
      ]),
      number("Last replay", "s", m("replay_seconds")),
      number("Ids remembered", "short", m("known_ids")),
      number("Rebuilds", "short", m("rebuilds_total")),
      number(
        "Divergences",
        "short",
        m("divergences_total"),
        "Anything but 0: the journal contradicts what was published.",
      ),
    ],
    Trouble: [
      graph("Rejected", "ops", [rate(m("rejects_total"), "reason")]),
      graph("Skipped and refused", "ops", [
        rate(m("corrupt_total"), undefined, "corrupt records"),
        rate(m("clients_refused_total"), "reason", "client refused: {{reason}}"),
      ]),
    ],
  },
};
