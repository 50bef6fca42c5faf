/** Who may do what in Kafka. Everything else is denied. */
import { secretPath } from "../access.ts";
import type { Acl, KafkaUser } from "./declaration.ts";

const topic = (name: string, ...operations: Acl["operations"]): Acl => ({
  resource: "topic",
  name,
  pattern: "literal",
  operations,
});

/** A producer's transactional id, under which the broker fences a predecessor that still runs. */
const transactions = (id: string): Acl => ({
  resource: "transactional_id",
  name: id,
  pattern: "literal",
  operations: ["write", "describe"],
});

/** Where a consumer keeps how far it has come. */
const group = (name: string): Acl => ({
  resource: "group",
  name,
  pattern: "literal",
  operations: ["read", "describe"],
});

/** Write implies describe, read implies describe. */
const rights = {
  "market-data": [topic("md.book", "read", "write"), topic("md.trade", "read", "write"), transactions("market-data")],
  "trading-signal": [
    topic("md.book", "read"),
    topic("md.trade", "read"),
    topic("signals", "read", "write"),
    group("trading-signal"),
    transactions("trading-signal"),
  ],
  "risk-management": [
    topic("signals", "read"),
    topic("fills", "read"),
    topic("orders", "write"),
    group("risk-management"),
    transactions("risk-management"),
  ],
  engine: [topic("orders", "read", "write"), topic("fills", "read", "write"), transactions("engine")],
  auditor: [
    topic("*", "read", "describe", "describe_configs"),
    { resource: "group", name: "*", pattern: "literal", operations: ["describe"] },
    { resource: "group", name: "auditor", pattern: "prefixed", operations: ["read"] },
    { resource: "transactional_id", name: "*", pattern: "literal", operations: ["describe"] },
    { resource: "cluster", name: "kafka-cluster", pattern: "literal", operations: ["describe", "describe_configs"] },
  ],
} satisfies Record<string, Acl[]>;

export type DeclaredKafkaUser = keyof typeof rights;
export const declaredKafkaUsers = Object.keys(rights) as DeclaredKafkaUser[];

export const kafkaPasswordPath = (user: string): string => secretPath(`kafka-${user}`);

export const kafkaUsers: KafkaUser[] = declaredKafkaUsers.map((name) => ({
  name,
  passwordFile: kafkaPasswordPath(name),
  acls: rights[name],
}));
