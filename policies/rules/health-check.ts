import { container, docker, initContainer, object, pod } from "../examples.ts";
import { hardenedContainer, hardenedPod } from "../kubernetes/hardened.ts";
import type { Rule } from "../rule.ts";

const { readinessProbe, ...unasked } = hardenedContainer;
const silent = { ...hardenedPod, containers: [unasked] };

export const healthCheck: Rule = {
  name: "health-check",
  description: "Whatever runs says whether it is healthy.",
  level: "mandatory",
  remedy: { docker: "set healthcheck.tests", kubernetes: "set readinessProbe" },
  checks: { process: [{ finds: ({ healthAsked }) => (healthAsked ? undefined : "has no health check") }] },
  examples: {
    compliant: [
      docker(),
      docker({ start: false, healthcheck: {} }),
      pod(),
      container({ readinessProbe: { grpc: { port: 8080 } }, livenessProbe: {} }),
      // What prepares or ends by itself isn't asked.
      pod({ initContainers: [{ ...unasked, name: "prepare" }] }),
      pod({ ...silent, restartPolicy: "Never" }),
      object("batch/v1:CronJob", { spec: { jobTemplate: { spec: { template: { spec: silent } } } } }),
    ],
    offending: [
      docker({ healthcheck: {} }),
      docker({ healthcheck: { tests: ["NONE"] } }),
      docker({ healthcheck: { tests: ["CMD"] } }),
      pod(silent),
      container({ readinessProbe: {} }),
      initContainer({ restartPolicy: "Always", readinessProbe: {} }),
      object("apps/v1:Deployment", { spec: { template: { spec: silent } } }),
    ],
  },
};
