/** What each workload may use. Together the memory stays below 4 GiB, so that the stack fits on a laptop. */
import type { Config, workloadNames } from "../infra/config.ts";
import type { Cpu, Size } from "../infra/workload.ts";

export type WorkloadName = (typeof workloadNames)[number];

export interface Allowance {
  memory: Size;
  cpu: Cpu;
}

/** Ceilings, not reservations. Whoever starts slowly or works in bursts may use both cores of a small machine. */
const defaults: Record<WorkloadName, Allowance> = {
  kafka: { memory: "768Mi", cpu: 2 },
  redis: { memory: "96Mi", cpu: 0.5 },
  postgres: { memory: "256Mi", cpu: 1 },
  provisioner: { memory: "48Mi", cpu: 0.5 },
  "market-data": { memory: "96Mi", cpu: 1 },
  "trading-signal": { memory: "384Mi", cpu: 1 },
  "risk-management": { memory: "64Mi", cpu: 1 },
  engine: { memory: "128Mi", cpu: 1 },
  gateway: { memory: "64Mi", cpu: 0.5 },
  prometheus: { memory: "320Mi", cpu: 1 },
  alertmanager: { memory: "64Mi", cpu: 0.5 },
  grafana: { memory: "256Mi", cpu: 1 },
  "redis-exporter": { memory: "32Mi", cpu: 0.25 },
  "postgres-exporter": { memory: "32Mi", cpu: 0.25 },
  "nginx-exporter": { memory: "32Mi", cpu: 0.25 },
};

/** With the stack's own changes. Parts that size themselves by their limit (the broker's heap) must see the final one. */
export function allowance({ resources }: Pick<Config, "resources">, name: WorkloadName): Allowance {
  const { memory = defaults[name].memory, cpu = defaults[name].cpu } = resources[name] ?? {};
  return { memory, cpu };
}
