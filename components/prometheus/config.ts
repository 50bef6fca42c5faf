/** prometheus.yml, from the workloads that say they have metrics. */
import { stringify } from "yaml";
import type { Duration, Workload } from "../../infra/workload.ts";

/** Anything with metrics: a workload that already runs, or one that will. */
export type Scraped = Pick<Workload, "name" | "ports"> & { metrics?: Workload["metrics"] | undefined };

export interface PrometheusConfig {
  targets: Scraped[];
  /** `host:port` of the Alertmanager. */
  alertmanager: string;
  interval: Duration;
  /** Names the stack in every alert and in federated series. */
  stack: string;
}

function scrape({ name, ports, metrics }: Scraped) {
  if (!metrics) return [];
  const { port, path, interval } = metrics;
  return [
    {
      job_name: name,
      metrics_path: path,
      ...(interval ? { scrape_interval: interval, scrape_timeout: interval } : {}),
      static_configs: [{ targets: [`${name}:${ports[port]}`] }],
    },
  ];
}

export function prometheusConfig({ targets, alertmanager, interval, stack }: PrometheusConfig): string {
  const sorted = targets.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return stringify({
    global: {
      scrape_interval: interval,
      scrape_timeout: interval,
      evaluation_interval: interval,
      external_labels: { stack },
    },
    rule_files: ["/etc/prometheus/rules/*.yml"],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
    scrape_configs: [
      { job_name: "prometheus", static_configs: [{ targets: ["localhost:9090"] }] },
      ...sorted.flatMap(scrape),
    ],
  });
}
