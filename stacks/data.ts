/** The data slice: Kafka, Redis, PostgreSQL, and the provisioner that makes in them what is declared. */
import { Kafka, type KafkaConnection } from "../components/kafka/kafka.ts";
import { Postgres, type PostgresConnection } from "../components/postgres/postgres.ts";
import { declaredRoles } from "../components/provisioner/databases.ts";
import { type DeclaredKafkaUser, declaredKafkaUsers } from "../components/provisioner/kafka-users.ts";
import { provisionerWorkload } from "../components/provisioner/workload.ts";
import { type RedisUser, redisUsers } from "../components/redis/acl.ts";
import { Redis, type RedisConnection } from "../components/redis/redis.ts";
import { Passwords } from "../components/secrets/passwords.ts";
import { Service } from "../components/service/service.ts";
import type { Config } from "../infra/config.ts";
import type { Platform } from "../infra/platform.ts";
import type { Running } from "../infra/workload.ts";
import { outside, outsideHost } from "./entrance.ts";
import { allowance } from "./sizes.ts";

type Role = (typeof declaredRoles)[number];

export interface Data {
  /** Each as one of its users. */
  kafka: (user: DeclaredKafkaUser) => KafkaConnection;
  redis: (user: RedisUser) => RedisConnection;
  postgres: (database: string, role: Role) => PostgresConnection;
  running: Running[];
}

export function data(platform: Platform, config: Config): Data {
  const kafkaPasswords = new Passwords("kafka-password", {
    users: ["broker", "provisioner", ...declaredKafkaUsers] as const,
  }).of;
  const redisPasswords = new Passwords("redis-password", { users: Object.keys(redisUsers) as RedisUser[] }).of;
  const postgresPasswords = new Passwords("postgres-password", { users: ["provisioner", ...declaredRoles] as const })
    .of;

  const kafka = new Kafka("kafka", {
    platform,
    count: config.kafka.brokers,
    ...allowance(config, "kafka"),
    storage: "8Gi",
    passwords: kafkaPasswords,
    ...outside(config, "kafka"),
    hostAddress: outsideHost(config),
  });
  const redis = new Redis("redis", {
    platform,
    ...allowance(config, "redis"),
    storage: "1Gi",
    passwords: redisPasswords,
  });
  const postgres = new Postgres("postgres", {
    platform,
    ...allowance(config, "postgres"),
    storage: "4Gi",
    superuserPassword: postgresPasswords.provisioner,
  });
  const provisioner = new Service("provisioner", {
    platform,
    workload: (image) =>
      provisionerWorkload(image, {
        ...allowance(config, "provisioner"),
        kafka: kafka.connection({ user: "provisioner", password: kafkaPasswords.provisioner }),
        postgres: postgres.connection("postgres", { user: "provisioner", password: postgresPasswords.provisioner }),
        kafkaPasswords,
        rolePasswords: postgresPasswords,
        marketDataRetention: config.retention.marketData,
      }),
  });
  const madeBy = provisioner.running;
  return {
    kafka: (user) => kafka.connection({ user, password: kafkaPasswords[user], madeBy }),
    redis: (user) => redis.connection({ user, password: redisPasswords[user] }),
    postgres: (database, user) => postgres.connection(database, { user, password: postgresPasswords[user], madeBy }),
    running: [...kafka.running, redis.running, postgres.running, provisioner.running],
  };
}
