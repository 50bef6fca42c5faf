/** Prometheus: scrapes every workload with metrics, evaluates the rules, sends alerts on. */
import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "../../infra/platform.ts";
import type { Running } from "../../infra/workload.ts";
import { imageOf } from "../image.ts";
import { type PrometheusWorkload, prometheusWorkload } from "./workload.ts";

export interface PrometheusArgs extends Omit<PrometheusWorkload, "image"> {
  platform: Platform;
}

export class Prometheus extends pulumi.ComponentResource {
  readonly running: Running;
  /** Inside address, e.g. `http://prometheus:9090`. */
  readonly url: string;

  constructor(name: string, args: PrometheusArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading:components:Prometheus", name, {}, opts);
    const { platform, ...rest } = args;
    const image = imageOf(platform, "prometheus", { parent: this });
    this.running = platform.run(prometheusWorkload({ ...rest, image }), { parent: this });
    this.url = `http://${this.running.host}:${this.running.ports.http}`;
    this.registerOutputs({ url: this.url });
  }
}
