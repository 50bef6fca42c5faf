/** The provisioner as a workload: pure. It holds every password that it sets, and is the only one that does. */
import type { Output } from "@pulumi/pulumi";
import type { Retention } from "../../infra/units.ts";
import type { Image, Workload } from "../../infra/workload.ts";
import { mergeAccess } from "../access.ts";
import { type KafkaConnection, kafkaAccess } from "../kafka/kafka.ts";
import { type PostgresConnection, postgresAccess } from "../postgres/postgres.ts";
import { contract, type ServiceSize } from "../service/contract.ts";
import { type DeclaredRole, databases, rolePasswordPath, roles } from "./databases.ts";
import type { Declaration } from "./declaration.ts";
import { type DeclaredKafkaUser, kafkaPasswordPath, kafkaUsers } from "./kafka-users.ts";
import { topics } from "./topics.ts";

export interface ProvisionerWorkload extends ServiceSize {
  /** As the servers' superusers. */
  kafka: KafkaConnection;
  postgres: PostgresConnection;
  kafkaPasswords: Record<DeclaredKafkaUser, Output<string>>;
  rolePasswords: Record<DeclaredRole, Output<string>>;
  marketDataRetention: Retention;
}

export const declaration = (marketData: Retention): Declaration => ({
  kafka: { topics: topics(marketData), users: kafkaUsers },
  postgres: { databases: [...databases], roles },
});

const specPath = "/etc/provisioner/spec.json";

export function provisionerWorkload(image: Image, args: ProvisionerWorkload): Workload {
  const access = mergeAccess(kafkaAccess(args.kafka), postgresAccess(args.postgres));
  const held = (passwords: Record<string, Output<string>>, path: (name: string) => string) =>
    Object.fromEntries(Object.entries(passwords).map(([name, password]) => [path(name), password]));
  return {
    ...contract("provisioner", image, args),
    env: { ...access.env, SPEC_FILE: specPath },
    files: { [specPath]: JSON.stringify(declaration(args.marketDataRetention), null, 2) },
    secrets: {
      ...access.secrets,
      ...held(args.kafkaPasswords, kafkaPasswordPath),
      ...held(args.rolePasswords, rolePasswordPath),
    },
    needs: access.needs,
  };
}
