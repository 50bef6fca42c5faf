import { expect, test } from "vitest";
import { parse } from "yaml";
import { parsePromQl } from "../testing/promql.ts";
import { alerts } from "./alerts.ts";
import { cases } from "./cases.ts";
import { promtoolFiles } from "./promtool.ts";

const all = Object.values(alerts).flat();

test("every alert has a case in which it fires and one in which it doesn't, and no case is left without an alert", () => {
  expect(Object.keys(cases).sort()).toEqual(all.map(({ alert }) => alert).sort());
  for (const { fires, quiet } of Object.values(cases)) {
    expect(fires.length).toBeGreaterThan(0);
    expect(quiet.length).toBeGreaterThan(0);
  }
});

/** Otherwise a misspelt series would keep an alert quiet and prove nothing. */
test.each(all)("the cases of $alert feed exactly what it reads", ({ alert, expr }) => {
  const { fires = [], quiet = [] } = cases[alert] ?? {};
  for (const { series } of [...fires, ...quiet]) {
    const names = Object.keys(series).map((name) => name.replace(/\{.*/, ""));
    expect([...new Set(names)].sort()).toEqual(parsePromQl(expr).metrics.sort());
  }
});

test("promtool gets every rule file and, before a case fires, a look one evaluation earlier", async () => {
  const { "test.yml": text = "", ...rules } = promtoolFiles();
  const { rule_files, tests } = parse(text);
  expect(rule_files).toEqual(Object.keys(rules));
  const lag = tests.find(({ name }: { name: string }) => name === "EngineJournalLag: over the limit");
  expect(lag.alert_rule_test).toMatchObject([
    { eval_time: "25s", exp_alerts: [] },
    { eval_time: "30s", exp_alerts: [{ exp_annotations: { description: "1001 records aren't applied yet." } }] },
  ]);
  expect(text).not.toMatch(/in the case|\{\{/);
});
