/** What `promtool test rules` reads: the rules, and the cases that prove them. */
import { stringify } from "yaml";
import { type Alert, alerts } from "./alerts.ts";
import { cases, type Fires, type Quiet } from "./cases.ts";
import { ruleFiles, runbook } from "./rules.ts";

/** Seconds between samples and between evaluations, as in the stack. */
const STEP = 5;

/** File name to content; `test.yml` names the others. */
export function promtoolFiles(): Record<string, string> {
  const rules = ruleFiles(Object.keys(alerts));
  const tests = Object.values(alerts).flatMap((list) => list.flatMap(testsOf));
  const test = { rule_files: Object.keys(rules), evaluation_interval: `${STEP}s`, tests };
  return { ...rules, "test.yml": stringify(test, { lineWidth: 0 }) };
}

function testsOf(alert: Alert) {
  const { fires, quiet } = cases[alert.alert] ?? { fires: [], quiet: [] };
  return [...fires.map((one) => firing(alert, one)), ...quiet.map((one) => silent(alert, one))];
}

function firing(alert: Alert, one: Fires) {
  const expected = {
    exp_labels: { severity: alert.severity, ...one.labels },
    exp_annotations: {
      summary: shown(alert.summary, one),
      description: shown(alert.description, one),
      runbook: runbook(alert.alert),
    },
  };
  return group(alert, one, [looks(alert, one.from - STEP), looks(alert, one.from, expected)]);
}

const silent = (alert: Alert, one: Quiet) => group(alert, one, [looks(alert, one.at)]);

const group = (alert: Alert, { what, series }: Fires | Quiet, alert_rule_test: unknown[]) => ({
  name: `${alert.alert}: ${what}`,
  interval: `${STEP}s`,
  input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
  alert_rule_test,
});

const looks = (alert: Alert, at: number, ...expected: unknown[]) => ({
  eval_time: `${at}s`,
  alertname: alert.alert,
  exp_alerts: expected,
});

/** An annotation as Prometheus fills it in. */
const shown = (template: string, { labels = {}, value = "no value in the case" }: Fires): string =>
  template
    .replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, name: string) => labels[name] ?? `no ${name} in the case`)
    .replace(/\{\{ (?:printf "%\.0f" )?\$value \}\}/g, value);
