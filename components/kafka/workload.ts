/** The broker as a workload: pure. */
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { Image, Size, Workload } from "../../infra/workload.ts";
import { secretPath } from "../access.ts";
import { clientProperties, formatArguments, provisionerProperties, selfProperties } from "./bootstrap.ts";
import { dataPath, heapMegabytes, ports, serverProperties } from "./properties.ts";

export interface KafkaWorkload {
  image: Image;
  memory: Size;
  cpu: number;
  storage: Size;
  /** 22 letters of URL-safe base64. Two clusters with one id would accept each other's disks. */
  clusterId: pulumi.Input<string>;
  passwords: Record<"broker" | "provisioner" | "auditor", pulumi.Input<string>>;
  externalPort?: number;
}

const beside = (file: string): string => readFileSync(new URL(file, import.meta.url), "utf8");

/** The tools' login for operators: reads everything, changes nothing. */
export const auditorConfig = secretPath("auditor.properties");

function secrets(args: KafkaWorkload): Record<string, pulumi.Output<string>> {
  const properties = secretPath("server.properties");
  const { broker, provisioner, auditor } = args.passwords;
  const known = pulumi.all({ broker, provisioner, auditor, clusterId: args.clusterId });
  const { externalPort } = args;
  return {
    [properties]: known.apply((k) =>
      serverProperties({ brokerPassword: k.broker, ...(externalPort === undefined ? {} : { externalPort }) }),
    ),
    [secretPath("format.args")]: known.apply((k) => formatArguments(k.clusterId, k.provisioner, properties)),
    [secretPath("provisioner.properties")]: known.apply((k) => provisionerProperties(k.provisioner)),
    [secretPath("self.properties")]: known.apply((k) => selfProperties(k.broker)),
    [auditorConfig]: known.apply((k) => clientProperties("auditor", k.auditor)),
  };
}

export function kafkaWorkload(args: KafkaWorkload): Workload {
  const heap = heapMegabytes(args.memory);
  return {
    name: "kafka",
    image: args.image,
    command: ["/bin/sh", "/etc/kafka/start.sh"],
    ports: { internal: ports.internal, external: ports.external, metrics: ports.metrics },
    health: { exec: ["/bin/sh", "-c", "exec 3<>/dev/tcp/127.0.0.1/9092"], startWithin: "2m" },
    env: {
      // A fixed heap: the broker's is steady, and growing it would only move the moment at which the limit bites.
      KAFKA_HEAP_OPTS: `-Xms${heap}m -Xmx${heap}m`,
      // Serial collector: with two cores and a heap this small the concurrent ones spend more on threads than they save in pauses.
      KAFKA_JVM_PERFORMANCE_OPTS: "-server -XX:+UseSerialGC -XX:MaxMetaspaceSize=128m -Djava.awt.headless=true",
      KAFKA_OPTS: `-javaagent:/opt/kafka/jmx/jmx_prometheus_javaagent.jar=${ports.metrics}:/etc/kafka/jmx.yaml`,
      LOG_DIR: "/tmp/logs",
    },
    files: { "/etc/kafka/start.sh": beside("start.sh"), "/etc/kafka/jmx.yaml": beside("jmx.yaml") },
    secrets: secrets(args),
    state: { path: dataPath, size: args.storage },
    // Compression codecs unpack native libraries there and map them executable.
    scratch: { "/tmp": { size: "64Mi", exec: true } },
    resources: { cpu: args.cpu, memory: args.memory },
    user: 1000,
    stop: { signal: "SIGTERM", graceSeconds: 120 },
    metrics: { port: "metrics", path: "/metrics" },
    ...(args.externalPort === undefined ? {} : { expose: { external: args.externalPort } }),
  };
}
