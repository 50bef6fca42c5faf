/** The observability slice: who measures, who alerts, who shows. */
import { getStack, type Output } from "@pulumi/pulumi";
import { Alertmanager } from "../components/alertmanager/alertmanager.ts";
import { consoleFiles } from "../components/dashboards/consoles.ts";
import { boardsWith, dashboardFiles } from "../components/dashboards/dashboards.ts";
import { Exporter } from "../components/exporters/exporter.ts";
import {
  nginxExporterTarget,
  postgresExporterWorkload,
  redisExporterWorkload,
} from "../components/exporters/exporters.ts";
import { Grafana, grafanaTarget } from "../components/grafana/grafana.ts";
import { Prometheus } from "../components/prometheus/prometheus.ts";
import { Passwords } from "../components/secrets/passwords.ts";
import type { Config } from "../infra/config.ts";
import type { Platform } from "../infra/platform.ts";
import type { Running } from "../infra/workload.ts";
import type { Data } from "./data.ts";
import { allowance } from "./sizes.ts";
import type { Trading } from "./trading.ts";

export interface Observability {
  prometheus: Running;
  alertmanager: Running;
  exporters: Running[];
  /** Absent where its image can't be had: there is no equivalent built from packages. */
  grafana?: { running: Running; adminPassword: Output<string> };
}

const interval = "5s";

export function observability(
  platform: Platform,
  config: Config,
  data: Data,
  trading: Trading,
  entrance: string,
): Observability {
  const { marketData, tradingSignal, riskManagement, engine } = trading;
  const redisExporter = new Exporter("redis-exporter", {
    platform,
    workload: (image) =>
      redisExporterWorkload(image, allowance(config, "redis-exporter"), data.redis("redis-exporter")),
  });
  const postgresExporter = new Exporter("postgres-exporter", {
    platform,
    workload: (image) =>
      postgresExporterWorkload(
        image,
        allowance(config, "postgres-exporter"),
        data.postgres("postgres", "postgres_exporter"),
      ),
  });
  const alertmanager = new Alertmanager("alertmanager", {
    platform,
    ...allowance(config, "alertmanager"),
    storage: "256Mi",
    ...config.alertmanager,
    externalUrl: `${entrance}/alertmanager/`,
  }).running;
  const exporters = [redisExporter.running, postgresExporter.running];
  const boards = boardsWith({ kafka: data.foreign.every(({ name }) => name !== "kafka") });
  const grafanaImage = platform.thirdParty("grafana", {});
  const prometheus = new Prometheus("prometheus", {
    platform,
    ...allowance(config, "prometheus"),
    storage: config.retention.metricsSize,
    retention: { time: config.retention.metrics, size: config.retention.metricsSize },
    interval,
    alertmanager,
    stack: getStack(),
    watched: [marketData, tradingSignal, riskManagement, engine, ...data.running, ...exporters],
    later: [nginxExporterTarget, ...(grafanaImage ? [grafanaTarget] : [])],
    externalUrl: `${entrance}/prometheus/`,
    ...(!grafanaImage && { consoles: consoleFiles(boards) }),
  });
  const common = { prometheus: prometheus.running, alertmanager, exporters };
  if (!grafanaImage) return common;
  const adminPassword = new Passwords("grafana-password", { users: ["admin"] as const }).of.admin;
  const grafana = new Grafana("grafana", {
    platform,
    image: grafanaImage,
    ...allowance(config, "grafana"),
    storage: "512Mi",
    adminPassword,
    prometheus: prometheus.running,
    prometheusUrl: prometheus.url,
    interval,
    dashboards: dashboardFiles(boards),
    externalUrl: `${entrance}/grafana/`,
  });
  return { ...common, grafana: { running: grafana.running, adminPassword } };
}
