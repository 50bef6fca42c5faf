/** The data slice: Kafka, Redis, PostgreSQL, and the provisioner that makes in them what is declared. */
import type { KafkaConnection } from "../components/kafka/kafka.ts";
import type { PostgresConnection } from "../components/postgres/postgres.ts";
import type { DeclaredRole } from "../components/provisioner/databases.ts";
import type { DeclaredKafkaUser } from "../components/provisioner/kafka-users.ts";
import { provisionerWorkload } from "../components/provisioner/workload.ts";
import type { RedisUser } from "../components/redis/acl.ts";
import type { RedisConnection } from "../components/redis/redis.ts";
import { Service } from "../components/service/service.ts";
import type { Config } from "../infra/config.ts";
import type { Platform } from "../infra/platform.ts";
import { isForeign } from "../infra/running.ts";
import type { Foreign, Running } from "../infra/workload.ts";
import { kafkaOf, postgresOf, redisOf } from "./servers.ts";
import { allowance } from "./sizes.ts";

export interface Data {
  /** Each as one of its users. */
  kafka: (user: DeclaredKafkaUser) => KafkaConnection;
  redis: (user: RedisUser) => RedisConnection;
  postgres: (database: string, role: DeclaredRole) => PostgresConnection;
  running: Running[];
  /** What somebody else runs of it. */
  foreign: Foreign[];
}

export function data(platform: Platform, config: Config): Data {
  const kafka = kafkaOf(platform, config);
  const redis = redisOf(platform, config);
  const postgres = postgresOf(platform, config);
  const provisioner = new Service("provisioner", {
    platform,
    workload: (image) =>
      provisionerWorkload(image, {
        ...allowance(config, "provisioner"),
        kafka: kafka.admin,
        postgres: postgres.admin,
        redis: redis.admin,
        kafkaPasswords: kafka.passwords,
        rolePasswords: postgres.passwords,
        redisPasswords: redis.passwords,
        marketDataRetention: config.retention.marketData,
      }),
  });
  const madeBy = provisioner.running;
  const servers = [...kafka.where.servers, redis.where.server, postgres.where.server];
  return {
    kafka: (user) => ({ ...kafka.where, user, password: kafka.passwords[user], madeBy }),
    // The stack's own has its users from a file.
    redis: (user) => ({ ...redis.where, user, password: redis.passwords[user], ...(redis.admin && { madeBy }) }),
    postgres: (database, user) => ({
      ...postgres.where,
      database,
      user,
      password: postgres.passwords[user],
      madeBy,
    }),
    running: [...kafka.running, ...redis.running, ...postgres.running, madeBy],
    foreign: servers.filter(isForeign),
  };
}
