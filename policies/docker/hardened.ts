/** A container that every rule accepts; the examples of the rules are written as differences from it. */
import type { Container } from "./container.ts";

export const hardened: Container = {
  image: "example/service:1.2.3@sha256:0000000000000000000000000000000000000000000000000000000000000001",
  user: "65532:65532",
  readOnly: true,
  capabilities: { drops: ["ALL"] },
  securityOpts: ["no-new-privileges:true"],
  memory: 128,
  memorySwap: 128,
  healthcheck: { tests: ["CMD", "/service", "healthcheck"] },
  ports: [{ internal: 8080, external: 8080, ip: "127.0.0.1" }],
  volumes: [{ containerPath: "/data", volumeName: "data" }],
  envs: ["LOG_LEVEL=info", "KAFKA_PASSWORD_FILE=/run/secrets/kafka-password"],
  logDriver: "json-file",
  logOpts: { "max-size": "10m", "max-file": "3" },
  stopTimeout: 10,
  destroyGraceSeconds: 10,
  networkMode: "service-network",
};
