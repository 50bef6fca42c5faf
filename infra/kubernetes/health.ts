/**
 * Probes. Startup and readiness ask the health check: over HTTP where the workload answers it, because a command is a
 * new process in the pod each time. Liveness asks less: whether anything listens, which the kernel answers however busy
 * the process is. A slow workload is taken out of its Service and never killed for it.
 */
import type { core } from "@pulumi/kubernetes/types/input.js";
import { milliseconds } from "../units.ts";
import type { Health, Workload } from "../workload.ts";
import { literal } from "./env.ts";

const timeoutSeconds = 5;
const failureThreshold = 3;
/** Seconds without a listener until a restart: 6 x 10. */
const listening = { periodSeconds: 10, failureThreshold: 6, timeoutSeconds };

type Probes = Pick<core.v1.Container, "startupProbe" | "readinessProbe" | "livenessProbe">;

export function toProbes({ health, ports, latency }: Pick<Workload, "health" | "ports" | "latency">): Probes {
  const { exec, http, startWithin, interval = "5s", ...rest } = health;
  rest satisfies Record<string, never>;
  const periodSeconds = seconds(interval);
  const asked = http
    ? { httpGet: { path: http.path, port: ports[http.port] as number, scheme: "HTTP" } }
    : { exec: { command: exec.map(literal) } };
  const every = { periodSeconds, timeoutSeconds };
  return {
    startupProbe: { ...asked, ...every, failureThreshold: Math.ceil(seconds(startWithin) / periodSeconds) + 1 },
    readinessProbe: { ...asked, ...every, failureThreshold },
    ...toLiveness(ports, http, latency),
  };
}

/** On an exclusive core nothing beside the workload decides whether it goes on: it ends, and is then started again. */
function toLiveness(ports: Workload["ports"], http: Health["http"], latency: Workload["latency"]): Probes {
  const port = http ? ports[http.port] : Object.values(ports).sort((a, b) => a - b)[0];
  return port === undefined || latency ? {} : { livenessProbe: { tcpSocket: { port }, ...listening } };
}

/** How long a rollout may take: the start, and time to place the pod and pull its image. */
export function rolloutSeconds({ startWithin }: Health): number {
  return seconds(startWithin) + 300;
}

/** Whole seconds, at least one: probes know no shorter time. */
function seconds(time: Health["startWithin"]): number {
  return Math.max(1, Math.ceil(milliseconds(time) / 1000));
}
