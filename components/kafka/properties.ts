/** server.properties of a broker. It holds passwords (JAAS), so the whole file is a secret. */
import { mebibytes } from "../../infra/units.ts";
import type { Size } from "../../infra/workload.ts";

export const ports = { internal: 9092, controller: 9093, external: 9094, self: 9095, metrics: 9404 } as const;
export const dataPath = "/var/lib/kafka/data";

/** The brokers, by name, and which of them this is. Each is controller too. */
export interface Cluster {
  self: string;
  members: string[];
}

export const alone: Cluster = { self: "kafka", members: ["kafka"] };

/** Users that must exist before anything can be asked of the broker; all others are made by the provisioner. */
export interface Bootstrap {
  /** The brokers' own password, for the two listeners on which they talk to themselves and to each other. */
  brokerPassword: string;
  /** `host:port` under which tools outside reach the broker; absent: no such listener. */
  external?: string | undefined;
}

const scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
const plain = (password: string): string =>
  `org.apache.kafka.common.security.plain.PlainLoginModule required username="broker" password="${password}" user_broker="${password}";`;

/**
 * Four listeners. Clients log in by SCRAM. A broker reaches itself and its peers by PLAIN, with a password that stands only
 * in this file: so it can be rotated by a restart, while a SCRAM password would be buried in the metadata log. Alone, it
 * does so on loopback.
 */
function listeners(bootstrap: Bootstrap, { self, members }: Cluster): Record<string, string> {
  const external = bootstrap.external !== undefined;
  const [bound, reached] = members.length === 1 ? ["localhost", "localhost"] : ["", self];
  const names = ["INTERNAL", ...(external ? ["EXTERNAL"] : []), "SELF", "CONTROLLER"];
  return {
    listeners: [
      `INTERNAL://:${ports.internal}`,
      ...(external ? [`EXTERNAL://:${ports.external}`] : []),
      `SELF://${bound}:${ports.self}`,
      `CONTROLLER://${bound}:${ports.controller}`,
    ].join(","),
    "advertised.listeners": [
      `INTERNAL://${self}:${ports.internal}`,
      ...(external ? [`EXTERNAL://${bootstrap.external}`] : []),
      `SELF://${reached}:${ports.self}`,
    ].join(","),
    "listener.security.protocol.map": names.map((name) => `${name}:SASL_PLAINTEXT`).join(","),
    "inter.broker.listener.name": "SELF",
    "controller.listener.names": "CONTROLLER",
    "sasl.enabled.mechanisms": "SCRAM-SHA-512",
    "sasl.mechanism.inter.broker.protocol": "PLAIN",
    "sasl.mechanism.controller.protocol": "PLAIN",
    "listener.name.internal.scram-sha-512.sasl.jaas.config": scram,
    ...(external ? { "listener.name.external.scram-sha-512.sasl.jaas.config": scram } : {}),
    "listener.name.self.sasl.enabled.mechanisms": "PLAIN",
    "listener.name.self.plain.sasl.jaas.config": plain(bootstrap.brokerPassword),
    "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
    "listener.name.controller.plain.sasl.jaas.config": plain(bootstrap.brokerPassword),
  };
}

/** Deny by default; who may do what is declared with the topics. */
const authorization = {
  "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
  "allow.everyone.if.no.acl.found": "false",
  "super.users": "User:broker;User:provisioner",
  "auto.create.topics.enable": "false",
};

/** One broker keeps one copy: there is no durability beyond this disk, and no second broker to wait for. */
const singleCopy = {
  // A lone broker that shuts down in order gives up its leaderships first; its transaction coordinator then takes the partitions for
  // deleted, skips their markers and calls the transaction complete. Readers of committed records would wait for ever.
  "controlled.shutdown.enable": "false",
  "default.replication.factor": "1",
  "offsets.topic.replication.factor": "1",
  "offsets.topic.num.partitions": "3",
  "transaction.state.log.replication.factor": "1",
  "transaction.state.log.min.isr": "1",
  "transaction.state.log.num.partitions": "3",
  "share.coordinator.state.topic.replication.factor": "1",
  "share.coordinator.state.topic.min.isr": "1",
  "group.initial.rebalance.delay.ms": "0",
};

/** Every broker keeps a copy of everything, and a record counts when two have it: one may be lost without loss or stop. */
const threeCopies = {
  "controlled.shutdown.enable": "true",
  "default.replication.factor": "3",
  "min.insync.replicas": "2",
  "unclean.leader.election.enable": "false",
  "offsets.topic.replication.factor": "3",
  "offsets.topic.num.partitions": "3",
  "transaction.state.log.replication.factor": "3",
  "transaction.state.log.min.isr": "2",
  "transaction.state.log.num.partitions": "3",
  "share.coordinator.state.topic.replication.factor": "3",
  "share.coordinator.state.topic.min.isr": "2",
  "group.initial.rebalance.delay.ms": "0",
};

/** Defaults are meant for a machine of its own: the cleaner alone would take 128 MiB of heap. */
const small = {
  "num.network.threads": "2",
  "num.io.threads": "4",
  "background.threads": "2",
  "log.cleaner.dedupe.buffer.size": String(8 * 1024 * 1024),
  "log.segment.bytes": String(128 * 1024 * 1024),
};

export function serverProperties(bootstrap: Bootstrap, cluster: Cluster = alone): string {
  const { self, members } = cluster;
  const voters = members.length === 1 ? ["localhost"] : members;
  const properties = {
    "process.roles": "broker,controller",
    "node.id": String(members.indexOf(self) + 1),
    "controller.quorum.voters": voters.map((host, index) => `${index + 1}@${host}:${ports.controller}`).join(","),
    "log.dirs": `${dataPath}/kraft`,
    ...listeners(bootstrap, cluster),
    ...authorization,
    ...(members.length === 1 ? singleCopy : threeCopies),
    ...small,
  };
  return `${Object.entries(properties)
    .map(([key, value]) => `${key}=${value}`)
    .join("\n")}\n`;
}

/** Less than half of the limit is heap: the rest is for metaspace, threads, direct buffers and the page cache of the log. */
export const heapMegabytes = (limit: Size): number => Math.floor(mebibytes(limit) * 0.42);
