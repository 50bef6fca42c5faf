/** Alertmanager: groups, silences and sends on what Prometheus reports. */
import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "../../infra/platform.ts";
import type { Image, Running, Size, Workload } from "../../infra/workload.ts";
import { secretPath } from "../access.ts";
import { fixedBy, imageOf } from "../image.ts";
import { alertmanagerConfig } from "./config.ts";

export interface AlertmanagerWorkload {
  image: Image;
  memory: Size;
  cpu: number;
  storage: Size;
  /** Where alerts go; its path often holds a token, so it is a secret. */
  webhook?: pulumi.Input<string>;
  externalUrl: string;
}

export function alertmanagerWorkload(args: AlertmanagerWorkload): Workload {
  const webhook = secretPath("webhook-url");
  return {
    name: "alertmanager",
    image: args.image,
    command: [
      "/bin/alertmanager",
      "--config.file=/etc/alertmanager/alertmanager.yml",
      "--storage.path=/alertmanager",
      "--cluster.listen-address=",
      `--web.external-url=${args.externalUrl}`,
      "--web.route-prefix=/",
    ],
    ports: { http: 9093 },
    ...fixedBy("alertmanager", "30s"),
    files: { "/etc/alertmanager/alertmanager.yml": alertmanagerConfig(args.webhook ? webhook : undefined) },
    ...(args.webhook ? { secrets: { [webhook]: args.webhook }, egress: true } : {}),
    state: { path: "/alertmanager", size: args.storage },
    resources: { cpu: args.cpu, memory: args.memory },
    stop: { signal: "SIGTERM", graceSeconds: 30 },
    metrics: { port: "http", path: "/metrics" },
  };
}

export interface AlertmanagerArgs extends Omit<AlertmanagerWorkload, "image"> {
  platform: Platform;
}

export class Alertmanager extends pulumi.ComponentResource {
  readonly running: Running;

  constructor(name: string, args: AlertmanagerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading:components:Alertmanager", name, {}, opts);
    const { platform, ...rest } = args;
    const image = imageOf(platform, "alertmanager", { parent: this });
    this.running = platform.run(alertmanagerWorkload({ ...rest, image }), { parent: this });
    this.registerOutputs({ host: this.running.host });
  }
}
