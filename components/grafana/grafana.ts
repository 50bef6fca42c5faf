/** Grafana with a provisioned data source and our dashboards. */
import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "../../infra/platform.ts";
import type { Image, Running, Size, Workload } from "../../infra/workload.ts";
import { secretPath } from "../access.ts";
import { fixedBy } from "../image.ts";
import { dashboardDirectory, dashboardProviders, dataSources } from "./provisioning.ts";

export interface GrafanaWorkload {
  image: Image;
  memory: Size;
  cpu: number;
  storage: Size;
  adminPassword: pulumi.Input<string>;
  prometheus: Running;
  prometheusUrl: string;
  interval: string;
  /** File name to dashboard (JSON). */
  dashboards: Record<string, string>;
  /** Where users see it, e.g. `https://localhost:9443/grafana/`. */
  externalUrl: string;
}

const provisioning = "/etc/grafana/provisioning";

/** Nothing leaves the machine: no usage statistics, no look for updates, no plug-in from the internet. */
const quiet = {
  GF_ANALYTICS_REPORTING_ENABLED: "false",
  GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
  GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false",
  GF_PLUGINS_PREINSTALL_DISABLED: "true",
  GF_NEWS_NEWS_FEED_ENABLED: "false",
};

export function grafanaWorkload(args: GrafanaWorkload): Workload {
  const password = secretPath("admin-password");
  return {
    name: "grafana",
    image: args.image,
    command: ["/run.sh"],
    ports: { http: 3000 },
    ...fixedBy("grafana", "2m"),
    env: {
      ...quiet,
      // Two underscores: with one the setting is ignored and the password is `admin`.
      GF_SECURITY_ADMIN_PASSWORD__FILE: password,
      GF_SERVER_ROOT_URL: args.externalUrl,
      GF_SERVER_SERVE_FROM_SUB_PATH: "true",
      GF_USERS_ALLOW_SIGN_UP: "false",
      GF_AUTH_ANONYMOUS_ENABLED: "false",
      GF_SECURITY_COOKIE_SECURE: "true",
      GF_PATHS_PROVISIONING: provisioning,
    },
    files: {
      [`${provisioning}/datasources/prometheus.yaml`]: dataSources(args.prometheusUrl, args.interval),
      [`${provisioning}/dashboards/cipherhorizon.yaml`]: dashboardProviders,
      ...Object.fromEntries(
        Object.entries(args.dashboards).map(([file, json]) => [`${dashboardDirectory}/${file}`, json]),
      ),
    },
    secrets: { [password]: args.adminPassword },
    state: { path: "/var/lib/grafana", size: args.storage },
    scratch: { "/tmp": { size: "32Mi" } },
    resources: { cpu: args.cpu, memory: args.memory },
    stop: { signal: "SIGTERM", graceSeconds: 60 },
    needs: [args.prometheus],
    metrics: { port: "http", path: "/metrics" },
  };
}

/** What Prometheus must know of Grafana, which comes after it. */
export const grafanaTarget = { name: "grafana", ports: { http: 3000 }, metrics: { port: "http", path: "/metrics" } };

export interface GrafanaArgs extends GrafanaWorkload {
  platform: Platform;
}

export class Grafana extends pulumi.ComponentResource {
  readonly running: Running;

  constructor(name: string, args: GrafanaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading:components:Grafana", name, {}, opts);
    const { platform, ...rest } = args;
    this.running = platform.run(grafanaWorkload(rest), { parent: this });
    this.registerOutputs({ host: this.running.host });
  }
}
