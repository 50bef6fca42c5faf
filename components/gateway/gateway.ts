/** The one entrance: TLS with a certificate of our own authority, in front of the engine, Grafana and Prometheus. */

import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "../../infra/platform.ts";
import type { Image, Running, Size, Workload } from "../../infra/workload.ts";
import type { ServerCertificate } from "../certificates/certificates.ts";
import { fixedBy, imageOf } from "../image.ts";
import { authorityPath, certificatePath, keyPath, nginxConf, ports, type Route } from "./nginx.ts";

export interface GatewayWorkload {
  image: Image;
  memory: Size;
  cpu: number;
  certificate: ServerCertificate;
  authority: pulumi.Input<string>;
  routes: Route[];
  /** The servers behind the routes. */
  needs: Running[];
  hostPort?: number;
}

const start = readFileSync(new URL("start.sh", import.meta.url), "utf8");

export function gatewayWorkload(args: GatewayWorkload): Workload {
  return {
    name: "gateway",
    image: args.image,
    command: ["/bin/sh", "/etc/gateway/start.sh"],
    ports: { https: ports.https, status: ports.status },
    ...fixedBy("nginx", "30s"),
    files: {
      "/etc/gateway/start.sh": start,
      "/etc/gateway/nginx.conf": nginxConf(args.routes),
      [authorityPath]: args.authority,
    },
    secrets: { [certificatePath]: args.certificate.certificate, [keyPath]: args.certificate.key },
    scratch: { "/tmp": { size: "16Mi" } },
    resources: { cpu: args.cpu, memory: args.memory },
    // SIGQUIT lets requests under way finish.
    stop: { signal: "SIGQUIT", graceSeconds: 60 },
    needs: args.needs,
    ...(args.hostPort !== undefined && { expose: { https: args.hostPort } }),
    tls: { port: "https", certificate: certificatePath, key: keyPath, authority: authorityPath },
  };
}

export interface GatewayArgs extends Omit<GatewayWorkload, "image"> {
  platform: Platform;
}

export class Gateway extends pulumi.ComponentResource {
  readonly running: Running;

  constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading:components:Gateway", name, {}, opts);
    const { platform, ...rest } = args;
    const image = imageOf(platform, "nginx", { parent: this });
    this.running = platform.run(gatewayWorkload({ ...rest, image }), { parent: this });
    this.registerOutputs({ exposed: this.running.exposed });
  }
}
