import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { workloadNames } from "../../infra/config.ts";
import { panelQueries } from "../dashboards/dashboards.ts";
import { parsePromQl } from "../testing/promql.ts";
import { alerts } from "./alerts.ts";
import { runbook } from "./rules.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

const all = Object.values(alerts).flat();

test.each(all)("$alert has its page, named and titled like it", ({ alert }) => {
  expect(existsSync(new URL(runbook(alert), root))).toBe(true);
  expect(read(runbook(alert)).split("\n")[0]).toBe(`# ${alert}`);
});

test("no page is left without an alert", () => {
  const pages = readdirSync(new URL("docs/runbooks/", root)).map((file) => `docs/runbooks/${file}`);
  expect(pages.sort()).toEqual(all.map(({ alert }) => runbook(alert)).sort());
});

test.each(all)("the page of $alert says what the alert says", ({ alert, expr, holds, severity }) => {
  const page = read(runbook(alert));
  const [, head] = page.split("\n");
  expect(head?.toLowerCase()).toContain(severity);
  expect(head).toContain(holds ? `held for ${holds}:` : "at once");
  expect(page).toContain(`\`\`\`promql\n${expr}\n\`\`\`\n`);
});

/** Below the expression itself: otherwise a page could name a metric and say nothing of it. */
test.each(all)("the page of $alert mentions what the alert reads", ({ alert, expr }) => {
  const text = read(runbook(alert)).replace(`\`\`\`promql\n${expr}\n\`\`\``, "");
  const { metrics } = parsePromQl(expr);
  expect(metrics.filter((metric) => !new RegExp(`(?<!\\./horizon )\\b${metric}\\b`).test(text))).toEqual([]);
});

const metricsOf = (queries: { expr: string }[]): string[] => queries.flatMap(({ expr }) => parsePromQl(expr).metrics);
const jmx = read("components/kafka/jmx.yaml");
const known = new Set([...metricsOf(all), ...metricsOf(panelQueries)]);

test.each(all)("queries on the page of $alert are PromQL and read metrics that exist", ({ alert }) => {
  const queries = [...read(runbook(alert)).matchAll(/promtool query instant \S+ '([^']+)'/g)].map(
    ([, expr]) => expr ?? "",
  );
  expect(queries.length).toBeGreaterThan(0);
  for (const expr of queries) {
    const { error, metrics } = parsePromQl(expr);
    expect(error).toBeUndefined();
    expect(metrics.filter((metric) => !known.has(metric) && !jmx.includes(`name: ${metric}\n`))).toEqual([]);
  }
});

test.each(all)("commands on the page of $alert are horizon's and name workloads", ({ alert }) => {
  const page = read(runbook(alert));
  const main = read("cli/main.ts");
  const brokers = ["kafka-0", "kafka-1", "kafka-2"];
  const names: readonly string[] = [...workloadNames, ...brokers, "NAME"];
  for (const [, command, name] of page.matchAll(/\.\/horizon (\w+)(?: ([\w-]+))?/g)) {
    expect(main).toMatch(new RegExp(`\\.command\\("${command}\\b`));
    if (command === "logs" || command === "exec") expect(names).toContain(name);
  }
});

test.each(all)("alerts that the page of $alert leads to exist", ({ alert }) => {
  const names = all.map((one) => one.alert);
  const pattern =
    /\b(?:Workload|MarketData|TradingSignal|Risk|Engine|Provisioner|Kafka|Redis|Postgres|Gateway)[A-Z]\w+/g;
  expect((read(runbook(alert)).match(pattern) ?? []).filter((name) => !names.includes(name))).toEqual([]);
});
