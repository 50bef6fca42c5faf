/** PostgreSQL. Databases and roles are made by the provisioner; the superuser serves nobody else. */
import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "../../infra/platform.ts";
import type { Running } from "../../infra/workload.ts";
import { type Access, edgesOf, type Login, secretPath } from "../access.ts";
import { imageOf } from "../image.ts";
import { type PostgresWorkload, postgresWorkload } from "./workload.ts";

export interface PostgresArgs extends Omit<PostgresWorkload, "image"> {
  platform: Platform;
}

export interface PostgresConnection extends Login {
  server: Running;
  host: string;
  port: number;
  database: string;
}

export class Postgres extends pulumi.ComponentResource {
  readonly running: Running;

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading:components:Postgres", name, {}, opts);
    const { platform, ...rest } = args;
    const image = imageOf(platform, "postgres", { parent: this });
    this.running = platform.run(postgresWorkload({ ...rest, image }), { parent: this });
    this.registerOutputs({ host: this.running.host });
  }

  connection(database: string, login: Login): PostgresConnection {
    const { host, ports } = this.running;
    return { server: this.running, host, port: ports.postgres ?? 5432, database, ...login };
  }
}

export function postgresAccess(postgres: PostgresConnection): Access {
  const path = secretPath("postgres-password");
  return {
    env: {
      POSTGRES_HOST: postgres.host,
      POSTGRES_PORT: String(postgres.port),
      POSTGRES_DB: postgres.database,
      POSTGRES_USER: postgres.user,
      POSTGRES_PASSWORD_FILE: path,
    },
    secrets: { [path]: postgres.password },
    needs: edgesOf(postgres.server, postgres),
  };
}
