/** Queries that several boards share. `range` is written out: a query must run outside Grafana too. */
import type { Panel, Query } from "./panel.ts";

const range = "1m";

/** Per second. */
export const rate = (metric: string, by?: string, legend = by ? `{{${by}}}` : "all"): Query => ({
  expr: by ? `sum by (${by}) (rate(${metric}[${range}]))` : `sum(rate(${metric}[${range}]))`,
  legend,
});

/** Per second, of what may never have happened: libraries that show a labelled counter only once it counts leave a gap, not a 0. */
export const rareRate = (metric: string, legend: string): Query => ({
  expr: `sum(rate(${metric}[${range}])) or vector(0)`,
  legend,
});

/** Quantiles of a histogram; `by` keeps one more label. */
export const quantiles = (metric: string, by?: string): Query[] =>
  [0.5, 0.99].map((quantile) => ({
    expr: `histogram_quantile(${quantile}, sum by (le${by ? `, ${by}` : ""}) (rate(${metric}_bucket[5m])))`,
    legend: `p${quantile * 100}${by ? ` {{${by}}}` : ""}`,
  }));

export const graph = (title: string, unit: string, queries: Query[], note?: string): Panel => ({
  title,
  kind: "graph",
  unit,
  queries,
  ...(note === undefined ? {} : { note }),
});

export const number = (title: string, unit: string, expr: string, note?: string): Panel => ({
  title,
  kind: "number",
  unit,
  queries: [{ expr, legend: title }],
  ...(note === undefined ? {} : { note }),
});

export const up = (job: string): Panel => number("Up", "short", `up{job="${job}"}`, "1 while Prometheus gets answers.");

export const memory = (job: string): Panel =>
  graph("Memory and processor", "short", [
    { expr: `process_resident_memory_bytes{job="${job}"} / 1048576`, legend: "MiB" },
    { expr: `100 * rate(process_cpu_seconds_total{job="${job}"}[${range}])`, legend: "% of a core" },
  ]);
