/** One of our services: built from its source, then run. */
import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "../../infra/platform.ts";
import type { Image, Running, Workload } from "../../infra/workload.ts";
import { type ServiceName, sourceOf } from "./contract.ts";

export interface ServiceArgs {
  platform: Platform;
  workload: (image: Image) => Workload;
}

export class Service extends pulumi.ComponentResource {
  readonly image: Image;
  readonly running: Running;

  constructor(name: ServiceName, args: ServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading:components:Service", name, {}, opts);
    this.image = args.platform.build(sourceOf(name), { parent: this });
    this.running = args.platform.run(args.workload(this.image), { parent: this });
    this.registerOutputs({ host: this.running.host });
  }
}
