/** PostgreSQL. Databases and roles are made by the provisioner; the superuser serves nobody else. */
import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "../../infra/platform.ts";
import type { Needed, Running } from "../../infra/workload.ts";
import { type Access, type Credentials, edgesOf, identity, type Login, type Trust } from "../access.ts";
import { imageOf } from "../image.ts";
import { type PostgresWorkload, postgresWorkload } from "./workload.ts";

export interface PostgresArgs extends Omit<PostgresWorkload, "image"> {
  platform: Platform;
}

/** Where it is, whoever runs it. */
export interface PostgresServer extends Trust {
  server: Needed;
  host: string;
  port: number;
}

interface InDatabase {
  database: string;
}

export type PostgresConnection = PostgresServer & InDatabase & Login;

export class Postgres extends pulumi.ComponentResource {
  readonly running: Running;

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading:components:Postgres", name, {}, opts);
    const { platform, ...rest } = args;
    const image = imageOf(platform, "postgres", { parent: this });
    this.running = platform.run(postgresWorkload({ ...rest, image }), { parent: this });
    this.registerOutputs({ host: this.running.host });
  }

  get server(): PostgresServer {
    return postgresAt(this.running);
  }
}

export function postgresAt(server: Needed): PostgresServer {
  return { server, host: server.host, port: server.ports.postgres ?? 5432 };
}

export function postgresAccess(postgres: PostgresServer & InDatabase & Credentials): Access {
  const who = identity("postgres", postgres);
  return {
    ...who,
    env: {
      POSTGRES_HOST: postgres.host,
      POSTGRES_PORT: String(postgres.port),
      POSTGRES_DB: postgres.database,
      ...who.env,
    },
    needs: edgesOf(postgres.server, postgres),
  };
}
