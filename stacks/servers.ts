/** The data servers: the stack's own, or, by configuration alone, ones that somebody else runs. What uses them doesn't know which. */
import type { Output } from "@pulumi/pulumi";
import type { Credentials, Trust } from "../components/access.ts";
import { Kafka, type KafkaServer } from "../components/kafka/kafka.ts";
import { Postgres, type PostgresServer, postgresAt } from "../components/postgres/postgres.ts";
import { type DeclaredRole, declaredRoles } from "../components/provisioner/databases.ts";
import { type DeclaredKafkaUser, declaredKafkaUsers } from "../components/provisioner/kafka-users.ts";
import { declaredRedisUsers } from "../components/provisioner/redis-users.ts";
import type { RedisUser } from "../components/redis/acl.ts";
import { Redis, type RedisServer, redisAt } from "../components/redis/redis.ts";
import { Passwords } from "../components/secrets/passwords.ts";
import type { Config } from "../infra/config.ts";
import { caKey, foreign, type ManagedKind } from "../infra/managed.ts";
import type { Platform } from "../infra/platform.ts";
import type { Foreign, Running } from "../infra/workload.ts";
import { outside, outsideHost } from "./entrance.ts";
import { allowance } from "./sizes.ts";

export interface Server<Where, User extends string> {
  /** What the stack runs of it: nothing where it is managed. */
  running: Running[];
  where: Where;
  /** Who makes the users, and what they use. */
  admin: Where & Credentials;
  passwords: Record<User, Output<string>>;
}

/** Absent where the stack runs its own. */
function elsewhere(
  config: Config,
  kind: ManagedKind,
): { server: Foreign; hosts: string[]; who: Credentials; trust: Trust } | undefined {
  const { managed } = config[kind];
  if (!managed) return undefined;
  const { address, ...server } = foreign(kind, managed);
  const hosts = address.hosts.map((host) => `${host}:${address.port}`);
  const trust = managed.caSecretName === undefined ? {} : { authority: { secret: managed.caSecretName, key: caKey } };
  return { server, hosts, who: { secretName: managed.secretName, user: address.user }, trust };
}

export function kafkaOf(platform: Platform, config: Config): Server<KafkaServer, DeclaredKafkaUser> {
  const managed = elsewhere(config, "kafka");
  if (managed) {
    const passwords = new Passwords("kafka-password", { users: declaredKafkaUsers }).of;
    const where = { servers: [managed.server], brokers: managed.hosts.join(","), ...managed.trust };
    return { running: [], where, admin: { ...where, ...managed.who }, passwords };
  }
  const users = ["broker", "provisioner", ...declaredKafkaUsers] as const;
  const passwords = new Passwords("kafka-password", { users }).of;
  const kafka = new Kafka("kafka", {
    platform,
    count: config.kafka.brokers,
    ...allowance(config, "kafka"),
    storage: "8Gi",
    passwords,
    ...outside(config, "kafka"),
    hostAddress: outsideHost(config),
  });
  const admin = { ...kafka.server, user: "provisioner", password: passwords.provisioner };
  return { running: kafka.running, where: kafka.server, admin, passwords };
}

/** The stack's own has its users from a file: nobody makes any. */
type RedisOf = Omit<Server<RedisServer, RedisUser>, "admin"> & Partial<Pick<Server<RedisServer, RedisUser>, "admin">>;

export function redisOf(platform: Platform, config: Config): RedisOf {
  const passwords = new Passwords("redis-password", { users: declaredRedisUsers }).of;
  const managed = elsewhere(config, "redis");
  if (managed) {
    const where = { ...redisAt(managed.server), ...managed.trust };
    return { running: [], where, admin: { ...where, ...managed.who }, passwords };
  }
  const redis = new Redis("redis", { platform, ...allowance(config, "redis"), storage: "1Gi", passwords });
  return { running: [redis.running], where: redis.server, passwords };
}

export function postgresOf(platform: Platform, config: Config): Server<PostgresServer, DeclaredRole> {
  const managed = elsewhere(config, "postgres");
  if (managed) {
    const passwords = new Passwords("postgres-password", { users: declaredRoles }).of;
    const where = { ...postgresAt(managed.server), ...managed.trust };
    return { running: [], where, admin: { ...where, ...managed.who }, passwords };
  }
  const passwords = new Passwords("postgres-password", { users: ["provisioner", ...declaredRoles] as const }).of;
  const { provisioner: superuserPassword } = passwords;
  const size = { ...allowance(config, "postgres"), storage: "4Gi" as const };
  const postgres = new Postgres("postgres", { platform, ...size, superuserPassword });
  const admin = { ...postgres.server, user: "provisioner", password: superuserPassword };
  return { running: [postgres.running], where: postgres.server, admin, passwords };
}
