/** PostgreSQL as a workload: pure. */
import type { Input } from "@pulumi/pulumi";
import type { Image, Size, Workload } from "../../infra/workload.ts";
import { secretPath } from "../access.ts";
import { fixedBy } from "../image.ts";

/** Up to 17 exactly this path must be mounted: what lies beside it in the parent directory doesn't persist. */
export const dataPath = "/var/lib/postgresql/data";

export interface PostgresWorkload {
  image: Image;
  memory: Size;
  cpu: number;
  storage: Size;
  /** Password of the one superuser, `provisioner`; set when the empty data directory is initialised. */
  superuserPassword: Input<string>;
  hostPort?: number;
}

/** For a small server that keeps every promise: fsync and full pages stay on. */
const settings = {
  listen_addresses: "*",
  shared_buffers: "48MB",
  max_connections: "40",
  password_encryption: "scram-sha-256",
  // Huge pages that the kernel counts but the container may not use end in SIGBUS.
  huge_pages: "off",
  max_wal_size: "256MB",
  log_min_duration_statement: "500ms",
  idle_in_transaction_session_timeout: "60s",
  jit: "off",
} as const;

export function postgresWorkload(args: PostgresWorkload): Workload {
  const password = secretPath("postgres-password");
  return {
    name: "postgres",
    image: args.image,
    command: [
      "docker-entrypoint.sh",
      "postgres",
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    ports: { postgres: 5432 },
    ...fixedBy("postgres", "1m"),
    env: {
      // A directory below the mount: a fresh file system has lost+found at its top, which initdb refuses.
      PGDATA: `${dataPath}/pgdata`,
      POSTGRES_USER: "provisioner",
      POSTGRES_DB: "postgres",
      POSTGRES_PASSWORD_FILE: password,
      POSTGRES_INITDB_ARGS:
        "--data-checksums --auth-local=scram-sha-256 --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8",
    },
    secrets: { [password]: args.superuserPassword },
    state: { path: dataPath, size: args.storage },
    scratch: { "/var/run/postgresql": { size: "1Mi" }, "/tmp": { size: "16Mi" }, "/dev/shm": { size: "64Mi" } },
    resources: { cpu: args.cpu, memory: args.memory },
    // SIGINT is the fast shutdown: sessions are ended, a checkpoint is written.
    stop: { signal: "SIGINT", graceSeconds: 120 },
    ...(args.hostPort === undefined ? {} : { expose: { postgres: args.hostPort } }),
  };
}
