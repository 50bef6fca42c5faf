/** Prometheus as a workload: pure. */
import { mebibytes } from "../../infra/units.ts";
import type { Duration, Image, Running, Size, Workload } from "../../infra/workload.ts";
import { fixedBy } from "../image.ts";
import { prometheusConfig, type Scraped } from "./config.ts";
import { ruleFiles } from "./rules.ts";

export interface PrometheusWorkload {
  image: Image;
  memory: Size;
  cpu: number;
  storage: Size;
  /** How long samples are kept, and how much of the disk they may take: whichever is reached first. */
  retention: { time: string; size: Size };
  interval: Duration;
  stack: string;
  alertmanager: Running;
  /** Workloads that run before it; those among them with metrics are scraped. */
  watched: Running[];
  /** Workloads that need Prometheus themselves, so they come later; scraped along that same edge. */
  later: Scraped[];
  /** Where users see it, e.g. `https://localhost:9443/prometheus/`. */
  externalUrl: string;
  /** Console templates by file name, where there is no Grafana to show the dashboards. */
  consoles?: Record<string, string>;
  hostPort?: number;
}

const configDirectory = "/etc/prometheus";
const consoleDirectory = `${configDirectory}/consoles`;
const dataPath = "/prometheus";

const below = (directory: string, files: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([file, text]) => [`${directory}/${file}`, text]));

export function prometheusWorkload(args: PrometheusWorkload): Workload {
  const needs = [args.alertmanager, ...args.watched];
  const config = prometheusConfig({
    targets: [...needs, ...args.later],
    alertmanager: `${args.alertmanager.host}:${args.alertmanager.ports.http}`,
    interval: args.interval,
    stack: args.stack,
  });
  const rules = ruleFiles([...needs, ...args.later].filter((one) => one.metrics).map((one) => one.name));
  return {
    name: "prometheus",
    image: args.image,
    command: [
      "/bin/prometheus",
      `--config.file=${configDirectory}/prometheus.yml`,
      `--storage.tsdb.path=${dataPath}`,
      `--storage.tsdb.retention.time=${args.retention.time}`,
      `--storage.tsdb.retention.size=${args.retention.size}B`,
      // The gateway takes the prefix off, so that health checks and clients inside see the usual paths.
      `--web.external-url=${args.externalUrl}`,
      "--web.route-prefix=/",
      ...(args.consoles ? [`--web.console.templates=${consoleDirectory}`] : []),
    ],
    ports: { http: 9090 },
    ...fixedBy("prometheus", "1m"),
    // Collects garbage before the kernel kills.
    env: { GOMEMLIMIT: `${Math.floor(mebibytes(args.memory) * 0.8)}MiB` },
    files: {
      [`${configDirectory}/prometheus.yml`]: config,
      ...below(`${configDirectory}/rules`, rules),
      ...below(consoleDirectory, args.consoles ?? {}),
    },
    state: { path: dataPath, size: args.storage },
    resources: { cpu: args.cpu, memory: args.memory },
    stop: { signal: "SIGTERM", graceSeconds: 60 },
    needs,
    monitors: true,
    ...(args.hostPort === undefined ? {} : { expose: { http: args.hostPort } }),
  };
}
