import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parsePromQl } from "../testing/promql.ts";
import { boards, dashboardFiles, panelQueries } from "./dashboards.ts";

const services = {
  market_data: "market-data",
  trading_signal: "trading-signal",
  risk_management: "risk-management",
  engine: "engine",
  provisioner: "provisioner",
};

test("one board for each service, one for the flow", () => {
  expect(boards.map(({ id }) => id)).toEqual(
    expect.arrayContaining([...Object.values(services).map((name) => `horizon-${name}`), "horizon-flow"]),
  );
});

test("what Grafana gets is whole: every panel has a place, a source and its queries", () => {
  for (const [file, json] of Object.entries(dashboardFiles())) {
    const { uid, panels } = JSON.parse(json);
    expect(file).toBe(`${uid}.json`);
    const drawn = panels.filter(({ type }: { type: string }) => type !== "row");
    expect(drawn.length).toBeGreaterThan(3);
    for (const panel of drawn) {
      expect(panel.datasource).toEqual({ type: "prometheus", uid: "horizon-prometheus" });
      expect(panel.gridPos.w + panel.gridPos.x).toBeLessThanOrEqual(24);
      expect(panel.targets.length).toBeGreaterThan(0);
    }
  }
});

test.each(panelQueries)("$board, $panel: $expr", ({ expr }) => {
  const { error, metrics } = parsePromQl(expr);
  expect(error).toBeUndefined();
  expect(metrics.length).toBeGreaterThan(0);
});

/** Every source file of a service, as one text. */
function source(service: string): string {
  const folder = new URL(`../../services/${service}/`, import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => /\.(go|py|rs|cpp)$/.test(file) && !/node_modules|target\/|_test\.|tests\//.test(file))
    .map((file) => readFileSync(new URL(file, folder), "utf8"))
    .join("\n");
}

test.each(Object.entries(services))("metrics of %s are written in its source", (prefix, service) => {
  const text = source(service);
  const read = new Set(panelQueries.flatMap(({ expr }) => parsePromQl(expr).metrics));
  const own = [...read].filter((metric) => metric.startsWith(`horizon_${prefix}_`));
  expect(own.length).toBeGreaterThan(3);
  // Client libraries add the suffixes, and some services the prefix.
  const stems = own.map((metric) => metric.replace(`horizon_${prefix}_`, "").replace(/_(bucket|sum|count|total)$/, ""));
  expect(stems.filter((stem) => !text.includes(stem))).toEqual([]);
});
