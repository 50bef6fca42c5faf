import { graph, memory, number, quantiles, rate, up } from "./common.ts";
import type { Board } from "./panel.ts";

const m = (name: string): string => `horizon_provisioner_${name}`;

export const provisioner: Board = {
  id: "horizon-provisioner",
  title: "Provisioner",
  rows: {
    State: [
      up("provisioner"),
      number("Oldest check", "s", `max(time() - ${m("last_success_timestamp_seconds")})`),
      number("Objects made or mended", "short", `sum(${m("changes_total")})`),
    ],
    Passes: [
      graph("Passes", "ops", [
        { expr: `sum by (target, result) (rate(${m("passes_total")}[5m]))`, legend: "{{target}} {{result}}" },
      ]),
      graph("Changes", "ops", [rate(m("changes_total"), "target")]),
      graph("Time of a pass", "s", quantiles(m("pass_seconds"), "target")),
      memory("provisioner"),
    ],
  },
};
