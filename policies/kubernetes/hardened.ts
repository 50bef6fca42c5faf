/** A pod that every rule accepts; the examples of the rules are written as differences from it. */
import type { PodContainer, PodSpec } from "./pod.ts";

export const hardenedContainer: PodContainer = {
  name: "service",
  image: "registry.example/service:1.2.3@sha256:0000000000000000000000000000000000000000000000000000000000000001",
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
  resources: { requests: { cpu: "100m" }, limits: { memory: "128Mi" } },
  ports: [{ containerPort: 8080 }],
  env: [
    { name: "LOG_LEVEL", value: "info" },
    { name: "KAFKA_PASSWORD_FILE", value: "/run/secrets/kafka-password" },
  ],
  readinessProbe: { httpGet: { port: 8080, path: "/readyz" } },
  livenessProbe: { exec: { command: ["/service", "healthcheck"] } },
};

export const hardenedPod: PodSpec = {
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  terminationGracePeriodSeconds: 10,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 65532,
    runAsGroup: 65532,
    seccompProfile: { type: "RuntimeDefault" },
  },
  containers: [hardenedContainer],
  volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
};
