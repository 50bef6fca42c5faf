/** The provisioner as a workload: pure. It holds every password that it sets, and is the only one that does. */
import type { Output } from "@pulumi/pulumi";
import type { Retention } from "../../infra/units.ts";
import type { Image, Workload } from "../../infra/workload.ts";
import { type Credentials, isKept, mergeAccess } from "../access.ts";
import { type KafkaServer, kafkaAccess } from "../kafka/kafka.ts";
import { type PostgresServer, postgresAccess } from "../postgres/postgres.ts";
import type { RedisUser } from "../redis/acl.ts";
import { type RedisServer, redisAccess } from "../redis/redis.ts";
import { contract, type ServiceSize } from "../service/contract.ts";
import { type DeclaredRole, databases, rolePasswordPath, roles } from "./databases.ts";
import type { Declaration } from "./declaration.ts";
import { type DeclaredKafkaUser, kafkaPasswordPath, kafkaUsers } from "./kafka-users.ts";
import { redisDeclaration, redisPasswordPath } from "./redis-users.ts";
import { topics } from "./topics.ts";

/** The database that every server has, from which the others are made. */
export const maintenance = "postgres";

export interface ProvisionerWorkload extends ServiceSize {
  /** As the servers' superusers. */
  kafka: KafkaServer & Credentials;
  postgres: PostgresServer & Credentials;
  /** Absent where Redis is the stack's own, which has its users from a file. */
  redis?: (RedisServer & Credentials) | undefined;
  kafkaPasswords: Record<DeclaredKafkaUser, Output<string>>;
  rolePasswords: Record<DeclaredRole, Output<string>>;
  redisPasswords: Record<RedisUser, Output<string>>;
  marketDataRetention: Retention;
}

export function declaration({ marketDataRetention, postgres, redis }: ProvisionerWorkload): Declaration {
  return {
    kafka: { topics: topics(marketDataRetention), users: kafkaUsers },
    // What else is on a server of somebody else's is none of the stack's business.
    postgres: { databases: [...databases], roles, ...(!isKept(postgres) && { closed: [maintenance] }) },
    ...(redis && { redis: redisDeclaration }),
  };
}

const specPath = "/etc/provisioner/spec.json";

/** Redis keeps users in memory and doesn't hand them to its replicas: after a restart or a failover somebody must notice soon. */
const redisInterval = "10s";

export function provisionerWorkload(image: Image, args: ProvisionerWorkload): Workload {
  const { kafka, postgres, redis } = args;
  const servers = [kafkaAccess(kafka), postgresAccess({ ...postgres, database: maintenance })];
  const access = mergeAccess(...servers, ...(redis ? [redisAccess(redis)] : []));
  const held = (passwords: Record<string, Output<string>>, path: (name: string) => string) =>
    Object.fromEntries(Object.entries(passwords).map(([name, password]) => [path(name), password]));
  return {
    ...contract("provisioner", image, args),
    ...access,
    env: { ...access.env, SPEC_FILE: specPath, ...(redis && { PROVISION_INTERVAL: redisInterval }) },
    files: { [specPath]: JSON.stringify(declaration(args), null, 2) },
    secrets: {
      ...access.secrets,
      ...held(args.kafkaPasswords, kafkaPasswordPath),
      ...held(args.rolePasswords, rolePasswordPath),
      ...(redis && held(args.redisPasswords, redisPasswordPath)),
    },
  };
}
