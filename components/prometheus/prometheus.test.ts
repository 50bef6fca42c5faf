import { expect, test } from "vitest";
import { parse } from "yaml";
import { parsePromQl } from "../testing/promql.ts";
import { alerts } from "./alerts.ts";
import { prometheusConfig } from "./config.ts";
import { ruleFiles, runbook } from "./rules.ts";

const config = {
  targets: [
    {
      name: "engine",
      ports: { metrics: 9090 },
      metrics: { port: "metrics", path: "/metrics", interval: "1s" as const },
    },
    { name: "redis", ports: { redis: 6379 } },
    { name: "kafka", ports: { metrics: 9404 }, metrics: { port: "metrics", path: "/metrics" } },
  ],
  alertmanager: "alertmanager:9093",
  interval: "5s" as const,
  stack: "dev",
};

test("prometheus.yml", async () => {
  await expect(prometheusConfig(config)).toMatchFileSnapshot("golden/prometheus.yml");
});

test("the order of the workloads changes nothing", () => {
  expect(prometheusConfig({ ...config, targets: config.targets.toReversed() })).toBe(prometheusConfig(config));
});

test("the rules of a service", async () => {
  await expect(ruleFiles(["engine"])["engine.yml"]).toMatchFileSnapshot("golden/engine.yml");
});

test("only workloads that are there have rules", () => {
  expect(Object.keys(ruleFiles(["kafka"]))).toEqual(["workloads.yml", "kafka.yml"]);
});

test("every service of ours has alerts", () => {
  const services = ["market-data", "trading-signal", "risk-management", "engine", "provisioner"];
  expect(Object.keys(alerts)).toEqual(expect.arrayContaining(services));
});

const all = Object.entries(alerts).flatMap(([workload, list]) => list.map((alert) => ({ workload, ...alert })));

test("alerts have names of their own, and each a page that says what to do", () => {
  const names = all.map(({ alert }) => alert);
  expect(new Set(names).size).toBe(names.length);
  const written = Object.values(ruleFiles(Object.keys(alerts))).flatMap((text) => parse(text).groups[0].rules);
  expect(written).toHaveLength(all.length);
  for (const { alert, annotations, labels } of written) {
    expect(annotations.runbook).toBe(runbook(alert));
    expect(["critical", "warning"]).toContain(labels.severity);
  }
});

test.each(all)("$alert is PromQL and reads a metric", ({ expr }) => {
  const { error, metrics } = parsePromQl(expr);
  expect(error).toBeUndefined();
  expect(metrics.length).toBeGreaterThan(0);
});
