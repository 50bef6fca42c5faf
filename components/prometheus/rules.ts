/** The alert rules: one file per workload that is watched, each alert with the page that says what to do. */
import { stringify } from "yaml";
import { type Alert, alerts } from "./alerts.ts";

/** Page of the handbook; one per alert, named like it. */
export const runbook = (alert: string): string => `docs/runbooks/${alert}.md`;

function rule({ alert, expr, holds, severity, summary, description }: Alert) {
  return {
    alert,
    expr,
    ...(holds ? { for: holds } : {}),
    labels: { severity },
    annotations: { summary, description, runbook: runbook(alert) },
  };
}

/** File name to content, for the workloads that are there. */
export function ruleFiles(watched: readonly string[]): Record<string, string> {
  // The members of a quorum are numbered, and share the rules of what they are.
  const known = new Set(watched.map((name) => name.replace(/-[0-9]+$/, "")));
  const present = Object.entries(alerts).filter(([name]) => name === "workloads" || known.has(name));
  return Object.fromEntries(
    present.map(([name, list]) => [
      `${name}.yml`,
      stringify({ groups: [{ name, rules: list.map(rule) }] }, { lineWidth: 0 }),
    ]),
  );
}
