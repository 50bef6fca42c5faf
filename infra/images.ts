/** Every third-party image: what it is upstream, and which folder under images/ builds its equivalent. */

export interface ThirdPartyEntry {
  /** Upstream's name with tag. */
  reference: string;
  /** `sha256:…`, or unresolved: then the image is never pulled, because a tag may change under our feet. */
  digest: string;
  /** Folder under images/ that builds the equivalent from packages; absent where there is none. */
  folder?: string;
  uid: number;
  gid: number;
}

const unresolved = "unresolved";

export const images = {
  base: { reference: "docker.io/library/debian:trixie-slim", digest: unresolved, folder: "base", uid: 0, gid: 0 },
  kafka: { reference: "docker.io/apache/kafka:4.3.1", digest: unresolved, folder: "kafka", uid: 1000, gid: 1000 },
  redis: { reference: "docker.io/library/redis:8.0.5-trixie", digest: unresolved, folder: "redis", uid: 999, gid: 999 },
  postgres: {
    reference: "docker.io/library/postgres:17-trixie",
    digest: unresolved,
    folder: "postgres",
    uid: 999,
    gid: 999,
  },
  prometheus: {
    reference: "docker.io/prom/prometheus:v2.53.3",
    digest: unresolved,
    folder: "prometheus",
    uid: 65534,
    gid: 65534,
  },
  alertmanager: {
    reference: "docker.io/prom/alertmanager:v0.28.1",
    digest: unresolved,
    folder: "alertmanager",
    uid: 65534,
    gid: 65534,
  },
  grafana: { reference: "docker.io/grafana/grafana:13.1.3", digest: unresolved, uid: 472, gid: 0 },
  nginx: {
    reference: "docker.io/nginxinc/nginx-unprivileged:1.26",
    digest: unresolved,
    folder: "nginx",
    uid: 101,
    gid: 101,
  },
  "redis-exporter": {
    reference: "docker.io/oliver006/redis_exporter:v1.62.0",
    digest: unresolved,
    folder: "redis-exporter",
    uid: 59000,
    gid: 59000,
  },
  "postgres-exporter": {
    reference: "quay.io/prometheuscommunity/postgres-exporter:v0.16.0",
    digest: unresolved,
    folder: "postgres-exporter",
    uid: 65534,
    gid: 65534,
  },
  "nginx-exporter": {
    reference: "docker.io/nginx/nginx-prometheus-exporter:1.3.0",
    digest: unresolved,
    folder: "nginx-exporter",
    uid: 1001,
    gid: 1001,
  },
} satisfies Record<string, ThirdPartyEntry>;
