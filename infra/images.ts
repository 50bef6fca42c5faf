/**
 * Every third-party image: what it is upstream, who it runs as, how its health is asked, and which folder under images/
 * builds its equivalent.
 *
 * Tags live here; digests live in images/lock.json, which `horizon images lock` renews. An image whose digest nobody has
 * confirmed is built and never pulled, because a tag may change under our feet.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "./errors.ts";

export const IMAGES_FOLDER = join(import.meta.dirname, "..", "images");
export const LOCK_FILE = join(IMAGES_FOLDER, "lock.json");

export type Digest = `sha256:${string}` | "unresolved";

/** Upstream reference to its digest, with the places that agree on it. */
export type Lock = Record<string, { digest: Digest; sources: string[] }>;

/** Everything a build of the equivalent reads, relative to the images folder. */
export interface Equivalent {
  dockerfile: string;
  inputs: string[];
  /** Version of the packages it is made of. */
  version: string;
}

export interface ThirdPartyImage {
  name: ThirdPartyName;
  /** Upstream's name with tag. */
  upstream: string;
  user: number;
  group: number;
  /** Works in upstream's image and in the equivalent. */
  health: string[];
  /** Absent: this image can't be had where the image registry doesn't answer. */
  equivalent?: Equivalent;
  /** Why the equivalent is used even where upstream's image can be pulled. */
  alwaysBuilt?: string;
}

/** busybox, which both variants carry; no answer and an error status are both failures. */
const wget = (url: string) => ["wget", "-q", "-T", "3", "-O", "/dev/null", url];

const fromPackages = (folder: string, version: string): Equivalent => ({
  dockerfile: `${folder}/Dockerfile`,
  inputs: [folder, "collect.sh", "account.sh"],
  version,
});

const TABLE = {
  /** Its equivalent is no Dockerfile but images/base/build.ts. */
  base: { upstream: "debian:trixie-slim", user: 0, group: 0, health: ["true"] },
  kafka: {
    upstream: "apache/kafka:4.3.1",
    equivalent: fromPackages("kafka", "4.3.1"),
    alwaysBuilt: "upstream's image has no metrics agent",
    user: 1000,
    group: 1000,
    health: ["bash", "-c", "</dev/tcp/127.0.0.1/9092"],
  },
  redis: {
    upstream: "redis:8.0.2",
    equivalent: fromPackages("redis", "8.0.2"),
    user: 999,
    group: 999,
    /** Succeeds on PONG and on NOAUTH: both are a server that answers. */
    health: ["redis-cli", "-h", "127.0.0.1", "ping"],
  },
  postgres: {
    upstream: "postgres:17.11-trixie",
    equivalent: fromPackages("postgres", "17.12"),
    user: 999,
    group: 999,
    health: ["pg_isready", "-q", "-h", "127.0.0.1"],
  },
  prometheus: {
    upstream: "prom/prometheus:v2.53.3",
    equivalent: fromPackages("prometheus", "2.53.3"),
    user: 65534,
    group: 65534,
    health: ["promtool", "check", "healthy", "--url=http://127.0.0.1:9090"],
  },
  alertmanager: {
    upstream: "prom/alertmanager:v0.28.1",
    equivalent: fromPackages("alertmanager", "0.28.1"),
    user: 65534,
    group: 65534,
    health: wget("http://127.0.0.1:9093/-/healthy"),
  },
  grafana: {
    upstream: "grafana/grafana:13.1.3",
    user: 472,
    group: 0,
    health: wget("http://127.0.0.1:3000/api/health"),
  },
  nginx: {
    /** The Debian variant has no wget. */
    upstream: "nginxinc/nginx-unprivileged:1.26.3-alpine",
    equivalent: fromPackages("nginx", "1.26.3"),
    user: 101,
    group: 101,
    health: wget("http://127.0.0.1:8080/"),
  },
  "redis-exporter": {
    /** The variant without "-alpine" has nothing but the binary, so nothing to ask its health with. */
    upstream: "oliver006/redis_exporter:v1.69.0-alpine",
    equivalent: fromPackages("redis-exporter", "1.69.0"),
    user: 59000,
    group: 59000,
    health: wget("http://127.0.0.1:9121/health"),
  },
  "postgres-exporter": {
    upstream: "quay.io/prometheuscommunity/postgres-exporter:v0.17.1",
    equivalent: fromPackages("postgres-exporter", "0.17.1"),
    user: 65534,
    group: 65534,
    health: wget("http://127.0.0.1:9187/"),
  },
  "nginx-exporter": {
    upstream: "nginx/nginx-prometheus-exporter:1.4.1",
    equivalent: fromPackages("nginx-exporter", "1.4.1"),
    alwaysBuilt: "upstream's image has nothing but the binary, so nothing to ask its health with",
    user: 1001,
    group: 1001,
    health: wget("http://127.0.0.1:9113/"),
  },
} satisfies Record<string, Omit<ThirdPartyImage, "name">>;

export type ThirdPartyName = keyof typeof TABLE;

export const THIRD_PARTY: ThirdPartyImage[] = (Object.keys(TABLE) as ThirdPartyName[]).map((name) => ({
  name,
  ...TABLE[name],
}));

export function thirdPartyImage(name: string): ThirdPartyImage {
  const found = THIRD_PARTY.find((image) => image.name === name);
  if (found) return found;
  throw new UserError({
    where: `image ${name}`,
    what: "no third-party image has this name",
    given: name,
    allowed: THIRD_PARTY.map((image) => image.name).join(", "),
    remedy: "use one of these names, or add the image to infra/images.ts",
  });
}

/** What a site does for one image. Pure, so a preview knows it. */
export type ImageSource =
  | { kind: "pull"; reference: string; digest: string; title: string }
  | { kind: "build"; context: string; equivalent: Equivalent; title: string; reason: string }
  | { kind: "none"; reason: string };

/** Pulled only by digest and only where the registry answers; otherwise built; otherwise not to be had here. */
export function imageSource(image: ThirdPartyImage, registryAnswers: boolean, lock: Lock): ImageSource {
  const digest = lock[image.upstream]?.digest ?? "unresolved";
  if (registryAnswers && !image.alwaysBuilt && digest !== "unresolved") {
    const repository = image.upstream.slice(0, image.upstream.lastIndexOf(":"));
    return { kind: "pull", reference: `${repository}@${digest}`, digest, title: image.upstream };
  }
  const reason =
    image.alwaysBuilt ??
    (registryAnswers
      ? `${image.upstream} has no confirmed digest; run: horizon images lock`
      : "no image registry answers at this site");
  const { equivalent } = image;
  if (!equivalent) return { kind: "none", reason };
  const title = `${image.name} ${equivalent.version} from packages`;
  return { kind: "build", context: IMAGES_FOLDER, equivalent, title, reason };
}

export const readLock = (file: string = LOCK_FILE): Lock => JSON.parse(readFileSync(file, "utf8"));
