/** A third-party workload that is nothing but its translation: an exporter beside a server. */
import * as pulumi from "@pulumi/pulumi";
import type { ThirdPartyName } from "../../infra/images.ts";
import type { Platform } from "../../infra/platform.ts";
import type { Image, Running, Workload } from "../../infra/workload.ts";
import { imageOf } from "../image.ts";

export interface ExporterArgs {
  platform: Platform;
  workload: (image: Image) => Workload;
}

export class Exporter extends pulumi.ComponentResource {
  readonly running: Running;

  constructor(name: ThirdPartyName, args: ExporterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading:components:Exporter", name, {}, opts);
    const image = imageOf(args.platform, name, { parent: this });
    this.running = args.platform.run(args.workload(image), { parent: this });
    this.registerOutputs({ host: this.running.host });
  }
}
