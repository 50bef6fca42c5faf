/** A broker as a workload: pure. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { Image, Running, Size, Workload } from "../../infra/workload.ts";
import { secretPath } from "../access.ts";
import { fixedBy } from "../image.ts";
import { clientProperties, formatArguments, provisionerProperties, selfProperties } from "./bootstrap.ts";
import { alone, type Cluster, dataPath, heapMegabytes, ports, serverProperties } from "./properties.ts";

export interface KafkaWorkload {
  image: Image;
  /** Absent: the one broker. */
  cluster?: Cluster;
  /** Brokers that start before it. */
  needs?: Running[];
  memory: Size;
  cpu: number;
  storage: Size;
  /** 22 letters of URL-safe base64. Two clusters with one id would accept each other's disks. */
  clusterId: pulumi.Input<string>;
  passwords: Record<"broker" | "provisioner" | "auditor", pulumi.Input<string>>;
  /** The host's port for tools outside; absent: no listener for them. */
  hostPort?: number;
  /** The host's address for them. */
  hostAddress: string;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const beside = (file: string): string => readFileSync(new URL(file, import.meta.url), "utf8");

/** The tools' login for operators: reads everything, changes nothing. */
export const auditorConfig = secretPath("auditor.properties");

function secrets(args: KafkaWorkload): Record<string, pulumi.Output<string>> {
  const properties = secretPath("server.properties");
  const { broker, provisioner, auditor } = args.passwords;
  const known = pulumi.all([broker, provisioner, auditor, args.clusterId]).apply(([b, p, a, id]) => ({
    broker: b,
    provisioner: p,
    auditor: a,
    clusterId: id,
  }));
  const external = args.hostPort === undefined ? undefined : `${args.hostAddress}:${args.hostPort}`;
  return {
    [properties]: known.apply((k) => serverProperties({ brokerPassword: k.broker, external }, args.cluster)),
    [secretPath("format.args")]: known.apply((k) => formatArguments(k.clusterId, k.provisioner, properties)),
    [secretPath("provisioner.properties")]: known.apply((k) => provisionerProperties(k.provisioner)),
    [secretPath("provisioner.sha256")]: known.apply((k) => sha256(k.provisioner)),
    [secretPath("self.properties")]: known.apply((k) => selfProperties(k.broker)),
    [auditorConfig]: known.apply((k) => clientProperties("auditor", k.auditor)),
  };
}

export function kafkaWorkload(args: KafkaWorkload): Workload {
  const heap = heapMegabytes(args.memory);
  const external = args.hostPort !== undefined;
  const { cluster = alone, needs = [] } = args;
  return {
    name: cluster.self,
    image: args.image,
    command: ["/bin/sh", "/etc/kafka/start.sh"],
    ports: {
      internal: ports.internal,
      metrics: ports.metrics,
      ...(external && { external: ports.external }),
      ...(cluster.members.length > 1 && { controller: ports.controller, self: ports.self }),
    },
    ...fixedBy("kafka", "2m"),
    ...quorum(cluster),
    env: {
      // A fixed heap: the broker's is steady, and growing it would only move the moment at which the limit bites.
      BROKER_HEAP_OPTS: `-Xms${heap}m -Xmx${heap}m`,
      // Serial collector: with two cores and a heap this small the concurrent ones spend more on threads than they save in pauses.
      BROKER_JVM_OPTS: "-server -XX:+UseSerialGC -XX:MaxMetaspaceSize=128m -Djava.awt.headless=true",
      BROKER_OPTS: `-javaagent:/opt/jmx/jmx_prometheus_javaagent.jar=${ports.metrics}:/etc/kafka/jmx.yaml`,
      LOG_DIR: "/tmp/logs",
    },
    files: { "/etc/kafka/start.sh": beside("start.sh"), "/etc/kafka/jmx.yaml": beside("jmx.yaml") },
    secrets: secrets(args),
    state: { path: dataPath, size: args.storage },
    // Compression codecs unpack native libraries there and map them executable.
    scratch: { "/tmp": { size: "64Mi", exec: true } },
    resources: { cpu: args.cpu, memory: args.memory },
    stop: { signal: "SIGTERM", graceSeconds: 120 },
    metrics: { port: "metrics", path: "/metrics" },
    ...(needs.length > 0 && { needs }),
    ...(args.hostPort !== undefined && { expose: { external: args.hostPort } }),
  };
}

/**
 * Brokers start and are renewed one after the other, each when the one before is healthy. The first can't serve before there
 * is a majority, so a broker is healthy when it serves, or when none of its peers is there yet to serve with.
 */
function quorum({ self, members }: Cluster): Partial<Pick<Workload, "peers" | "health">> {
  const others = members.filter((member) => member !== self);
  if (others.length === 0) return {};
  const listens = (host: string, port: number) => `2>/dev/null </dev/tcp/${host}/${port}`;
  const serves = listens("127.0.0.1", ports.internal);
  const first = others.map((host) => `! ${listens(host, ports.controller)}`).join(" && ");
  return {
    peers: { members, ports: ["controller", "self"] },
    health: { exec: ["bash", "-c", `${serves} || { ${first}; }`], startWithin: "5m" },
  };
}
