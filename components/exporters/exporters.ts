/** Exporters: small translators beside the servers that don't speak Prometheus themselves. Pure. */
import type { Image, Running, Size, Workload } from "../../infra/workload.ts";
import { authorityPath, secretPath, trustOf } from "../access.ts";
import { fixedBy } from "../image.ts";
import { type PostgresConnection, postgresAccess } from "../postgres/postgres.ts";
import { type RedisConnection, redisAccess, schemeOf } from "../redis/redis.ts";

export interface ExporterSize {
  memory: Size;
  cpu: number;
}

const common = ({ memory, cpu }: ExporterSize) => ({
  resources: { memory, cpu },
  stop: { signal: "SIGTERM", graceSeconds: 10 } as const,
  metrics: { port: "http", path: "/metrics" },
});

/** One more than the ports: what Prometheus must know of an exporter that comes after it. */
export const nginxExporterTarget = {
  name: "nginx-exporter",
  ports: { http: 9113 },
  metrics: { port: "http", path: "/metrics" },
};

export function redisExporterWorkload(image: Image, size: ExporterSize, redis: RedisConnection): Workload {
  const passwords = secretPath("redis-passwords.json");
  const scheme = schemeOf(redis);
  return {
    name: "redis-exporter",
    image,
    command: ["/redis_exporter"],
    ports: { http: 9121 },
    ...fixedBy("redis-exporter", "30s"),
    env: {
      REDIS_ADDR: `${scheme}://${redis.address}`,
      REDIS_USER: redis.user,
      REDIS_PASSWORD_FILE: passwords,
      ...(redis.authority && { REDIS_EXPORTER_TLS_CA_CERT_FILE: authorityPath("redis") }),
    },
    // The exporter looks a password up by the address with the user in it.
    secrets: {
      [passwords]: redis.password.apply((password) =>
        JSON.stringify({ [`${scheme}://${redis.user}@${redis.address}`]: password }),
      ),
    },
    secretRefs: trustOf("redis", redis).secretRefs,
    needs: redisAccess(redis).needs,
    ...common(size),
  };
}

export function postgresExporterWorkload(image: Image, size: ExporterSize, postgres: PostgresConnection): Workload {
  const password = secretPath("postgres-password");
  const mode = postgres.authority ? `verify-full&sslrootcert=${authorityPath("postgres")}` : "disable";
  return {
    name: "postgres-exporter",
    image,
    command: ["/bin/postgres_exporter"],
    ports: { http: 9187 },
    ...fixedBy("postgres-exporter", "30s"),
    env: {
      DATA_SOURCE_URI: `${postgres.host}:${postgres.port}/${postgres.database}?sslmode=${mode}`,
      DATA_SOURCE_USER: postgres.user,
      DATA_SOURCE_PASS_FILE: password,
    },
    secrets: { [password]: postgres.password },
    secretRefs: trustOf("postgres", postgres).secretRefs,
    needs: postgresAccess(postgres).needs,
    ...common(size),
  };
}

/** `prometheus` among its needs is the edge along which it is scraped: the gateway itself leads to Prometheus, so it comes later. */
export function nginxExporterWorkload(
  image: Image,
  size: ExporterSize,
  gateway: Running,
  prometheus: Running,
): Workload {
  return {
    ...nginxExporterTarget,
    image,
    command: [
      "/usr/bin/nginx-prometheus-exporter",
      `--nginx.scrape-uri=http://${gateway.host}:${gateway.ports.status}/stub_status`,
    ],
    ...fixedBy("nginx-exporter", "30s"),
    needs: [gateway, prometheus],
    ...common(size),
  };
}
