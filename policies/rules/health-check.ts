import { container, docker, initContainer, object, pod } from "../examples.ts";
import { hardenedContainer, hardenedPod } from "../kubernetes/hardened.ts";
import type { Process } from "../picture.ts";
import type { Rule } from "../rule.ts";
import { known } from "../unknown.ts";

const { readinessProbe, livenessProbe, ...unasked } = hardenedContainer;
const silent = { ...hardenedPod, containers: [unasked] };

export const healthCheck: Rule = {
  name: "health-check",
  description: "Whatever runs says whether it is healthy.",
  level: "mandatory",
  remedy: { docker: "set healthcheck.tests", kubernetes: "give the container a readinessProbe and a livenessProbe" },
  checks: { process: [{ finds: (process) => missing(process) && `has no ${missing(process)}` }] },
  examples: {
    compliant: [
      docker(),
      docker({ start: false, healthcheck: {} }),
      pod(),
      // What prepares or ends by itself isn't asked.
      pod({ initContainers: [{ ...unasked, name: "prepare" }] }),
      pod({ ...silent, restartPolicy: "Never" }),
      object("batch/v1:CronJob", { spec: { jobTemplate: { spec: { template: { spec: silent } } } } }),
    ],
    offending: [
      docker({ healthcheck: {} }),
      docker({ healthcheck: { tests: ["NONE"] } }),
      docker({ healthcheck: { tests: ["CMD"] } }),
      pod({ containers: [{ ...unasked, readinessProbe: { grpc: { port: 8080 } } }] }),
      pod({ containers: [{ ...unasked, livenessProbe: { tcpSocket: { port: 8080 } } }] }),
      container({ livenessProbe: {} }),
      initContainer({ restartPolicy: "Always", readinessProbe: {} }),
      object("apps/v1:Deployment", { spec: { template: { spec: silent } } }),
    ],
  },
};

function missing({ health }: Process): string | undefined {
  return Object.keys(health).find((question) => known(() => health[question]) === false);
}
