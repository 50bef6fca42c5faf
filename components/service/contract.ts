/** What all services of ours share. */
import { fileURLToPath } from "node:url";
import type { ServiceSource } from "../../infra/platform.ts";
import type { Cpu, Image, Size, Workload } from "../../infra/workload.ts";

export interface ServiceSize {
  memory: Size;
  cpu: Cpu;
}

export type ServiceName = "market-data" | "trading-signal" | "risk-management" | "engine" | "provisioner";

/** Where each image has its binary; an image without shell has no PATH to search. */
const binaries: Record<ServiceName, string> = {
  "market-data": "/market-data",
  "trading-signal": "/usr/bin/trading-signal",
  "risk-management": "/usr/local/bin/risk-management",
  engine: "/engine",
  provisioner: "/provisioner",
};

export const metricsPort = 9090;
export const apiPort = 8080;

/** What a service is made of beside its own folder: the messages that it speaks, and how the Go services encrypt. */
const shared: Record<ServiceName, string[]> = {
  "market-data": ["messages", "trust"],
  "trading-signal": ["messages"],
  "risk-management": ["messages"],
  engine: ["messages"],
  provisioner: ["trust"],
};

export function sourceOf(name: ServiceName): ServiceSource {
  return {
    name,
    context: fileURLToPath(new URL("../../services", import.meta.url)),
    dockerfile: `${name}/Dockerfile`,
    inputs: [name, ...shared[name]],
  };
}

export function contract(name: ServiceName, image: Image, size: ServiceSize) {
  return {
    name,
    image,
    ports: { metrics: metricsPort } as Record<string, number>,
    health: {
      exec: [binaries[name], "healthcheck"],
      http: { port: "metrics", path: "/readyz" },
      startWithin: "2m",
    },
    resources: { cpu: size.cpu, memory: size.memory },
    user: 65532,
    // Each drains within 10 s.
    stop: { signal: "SIGTERM", graceSeconds: 15 },
    metrics: { port: "metrics", path: "/metrics" },
  } satisfies Workload;
}
