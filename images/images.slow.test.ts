/** Builds every equivalent and runs it as it runs in production: read-only root, no capability, no new privilege, no root. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { promtoolFiles } from "../components/prometheus/promtool.ts";
import { IMAGES_FOLDER, type ThirdPartyName, thirdPartyImage } from "../infra/images.ts";
import type { Site } from "../infra/site.ts";
import { findSite } from "../infra/site-find.ts";
import { ensureBase } from "./base/build.ts";
import { brokerProperties, CLUSTER_ID, clientProperties, FORMAT_AND_START } from "./kafka.fixture.ts";

const run = promisify(execFile);
const PREFIX = `horizon-image-test-${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), "horizon-image-test-"));
const started: string[] = [];
const tags: string[] = [];
let site: Site;

/** Not every client on a machine can build with BuildKit; `horizon test` names one that can. */
const client = process.env.HORIZON_DOCKER ?? "docker";

async function docker(...args: string[]): Promise<string> {
  const env = { ...process.env, DOCKER_BUILDKIT: "1" };
  const { stdout } = await run(client, args, { env, timeout: 900_000, maxBuffer: 64 << 20 });
  return stdout.trim();
}

async function build(name: ThirdPartyName): Promise<string> {
  const tag = `${PREFIX}/${name}`;
  tags.push(tag);
  const secrets = Object.entries(site.secrets).flatMap(([id, src]) => ["--secret", `id=${id},src=${src}`]);
  const dockerfile = join(IMAGES_FOLDER, name, "Dockerfile");
  const base = `BASE=${site.base.reference}`;
  await docker(
    "build",
    "-q",
    "--network",
    "host",
    "--build-arg",
    base,
    ...secrets,
    "-f",
    dockerfile,
    "-t",
    tag,
    IMAGES_FOLDER,
  );
  return tag;
}

interface Start {
  options?: string[];
  command?: string[];
}

/** Builds and starts one image, hardened. */
async function launch(name: ThirdPartyName, { options = [], command = [] }: Start = {}): Promise<string> {
  const { user, group } = thirdPartyImage(name);
  const container = `${PREFIX}-${name}`;
  const hardened = [
    "--read-only",
    "--cap-drop",
    "ALL",
    "--security-opt",
    "no-new-privileges",
    "--user",
    `${user}:${group}`,
  ];
  const tag = await build(name);
  started.push(container);
  await docker("run", "-d", "--name", container, ...hardened, ...options, tag, ...command);
  return container;
}

/** Waits until the table's health command succeeds inside. */
async function healthy(name: ThirdPartyName, container: string): Promise<string> {
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await sleep(500)) {
    if (await succeeds(container, ...thirdPartyImage(name).health)) return container;
    if ((await docker("inspect", "-f", "{{.State.Running}}", container)) !== "true") break;
  }
  throw new Error(`${name} never became healthy:\n${await logs(container)}`);
}

const start = async (name: ThirdPartyName, how: Start = {}) => healthy(name, await launch(name, how));

const exec = (container: string, ...command: string[]) => docker("exec", container, ...command);

async function succeeds(container: string, ...command: string[]): Promise<boolean> {
  return exec(container, ...command).then(
    () => true,
    () => false,
  );
}

async function logs(container: string): Promise<string> {
  const { stdout, stderr } = await run("docker", ["logs", "--tail", "40", container]);
  return `${stdout}${stderr}`;
}

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o644 });
  return path;
}

beforeAll(async () => {
  ({ site } = await findSite({ stateDir: join(folder, "state"), ensureBase, wanted: "packages" }));
}, 900_000);

afterAll(async () => {
  for (const container of started) await docker("rm", "-fv", container).catch(() => {});
  // Only the names go: the layers stay in the build cache, where the next build finds them.
  for (const tag of tags) await docker("rmi", tag).catch(() => {});
  rmSync(folder, { recursive: true });
}, 120_000);

describe("images built from packages, hardened", { timeout: 1_200_000 }, () => {
  it("redis keeps what it is told over a restart", async () => {
    const volume = ["-v", `${PREFIX}-redis:/data`];
    const redis = await start("redis", { options: volume, command: ["redis-server", "--appendonly", "yes"] });
    expect(await exec(redis, "redis-cli", "set", "key", "value")).toBe("OK");
    await docker("restart", "-t", "10", redis);
    expect(await exec(redis, "redis-cli", "get", "key")).toBe("value");
    await docker("rm", "-f", redis);
    await docker("volume", "rm", `${PREFIX}-redis`);
  });

  it("postgres makes its database once, however often its first start is killed", async () => {
    const options = [
      ...["--tmpfs", "/tmp", "--tmpfs", "/var/run/postgresql:uid=999,gid=999,mode=0770"],
      ...["-v", `${file("password", "secret\n")}:/run/password:ro`],
      ...["-v", `${file("init.sql", "CREATE TABLE made (id int);")}:/docker-entrypoint-initdb.d/init.sql:ro`],
      ...["-e", "POSTGRES_PASSWORD_FILE=/run/password", "-e", "POSTGRES_USER=horizon", "-e", "POSTGRES_DB=trading"],
    ];
    const postgres = await launch("postgres", { options });
    for (const pause of [300, 700, 1100]) {
      await sleep(pause);
      await docker("kill", postgres);
      await docker("start", postgres);
    }
    await healthy("postgres", postgres);
    const query = ["psql", "-U", "horizon", "-d", "trading", "-Atc"];
    expect(await exec(postgres, ...query, "SELECT count(*) FROM made")).toBe("0");
    expect(await exec(postgres, ...query, "SHOW listen_addresses")).toBe("*");
  });

  it("kafka signs in, produces, consumes, answers its metrics agent and uses its class-data archive", async () => {
    const options = [
      ...["--tmpfs", "/tmp:exec", "-e", "KAFKA_HEAP_OPTS=-Xms256M -Xmx256M", "-e", `CLUSTER_ID=${CLUSTER_ID}`],
      ...["-v", `${file("server.properties", brokerProperties)}:/conf/server.properties:ro`],
      ...["-v", `${file("client.properties", clientProperties)}:/conf/client.properties:ro`],
      ...["-v", `${file("jmx.yaml", 'rules: [{ pattern: "kafka.server<type=app-info.*" }]')}:/conf/jmx.yaml:ro`],
    ];
    const kafka = await start("kafka", { options, command: ["bash", "-c", FORMAT_AND_START] });
    const client = "--bootstrap-server 127.0.0.1:9092 --command-config /conf/client.properties --topic t";
    await exec(kafka, "bash", "-c", `kafka-topics.sh ${client} --create --partitions 1 --replication-factor 1`);
    await exec(kafka, "bash", "-c", `echo hello | kafka-console-producer.sh ${client}`);
    const read = `kafka-console-consumer.sh ${client} --from-beginning --max-messages 1 --timeout-ms 30000`;
    expect(await exec(kafka, "bash", "-c", `${read} 2>/dev/null`)).toBe("hello");
    expect(await exec(kafka, "wget", "-qO-", "http://127.0.0.1:9404/metrics")).toContain("jvm_memory_used_bytes");
    // Refuses to start where the archive doesn't fit the jars or the JVM.
    await exec(kafka, "bash", "-c", "KAFKA_OPTS=-Xshare:on kafka-topics.sh --version");
  });

  it("prometheus answers queries and promtool is at hand", async () => {
    const prometheus = await start("prometheus", { options: ["--tmpfs", "/prometheus:uid=65534,gid=65534"] });
    const url = "http://127.0.0.1:9090";
    expect(await exec(prometheus, "promtool", "query", "instant", url, "vector(1)")).toContain("=> 1 @");
  });

  it("every alert fires in its cases, at the second named, and in no other", async () => {
    const tag = await build("prometheus");
    const rules = join(folder, "rules");
    mkdirSync(rules);
    for (const [name, content] of Object.entries(promtoolFiles())) file(join("rules", name), content);
    const options = ["--rm", "--network", "none", "-v", `${rules}:/rules:ro`, "--entrypoint", "promtool"];
    expect(await docker("run", ...options, tag, "test", "rules", "/rules/test.yml")).toContain("SUCCESS");
  });

  it("alertmanager answers amtool", async () => {
    const config = file("alertmanager.yml", "route: { receiver: none }\nreceivers: [{ name: none }]\n");
    const alertmanager = await start("alertmanager", {
      options: [
        "--tmpfs",
        "/alertmanager:uid=65534,gid=65534",
        "-v",
        `${config}:/etc/alertmanager/alertmanager.yml:ro`,
      ],
    });
    const shown = await exec(alertmanager, "amtool", "--alertmanager.url=http://127.0.0.1:9093", "config", "show");
    expect(shown).toContain("receiver: none");
    const authorities = await exec(alertmanager, "sh", "-c", "cat /etc/ssl/certs/ca-certificates.crt");
    expect(authorities.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(100);
  });

  it("nginx serves, logs to the container's output and drains on its stop signal", async () => {
    const nginx = await start("nginx", { options: ["--tmpfs", "/tmp:uid=101,gid=101"] });
    expect(await exec(nginx, "wget", "-qO-", "http://127.0.0.1:8080/")).toContain("Welcome to nginx");
    expect(await logs(nginx)).toContain("GET / HTTP/1.1");
    await docker("stop", "-t", "20", nginx);
    expect(await docker("inspect", "-f", "{{.State.ExitCode}}", nginx)).toBe("0");
  });

  it.each([
    ["redis-exporter", ["-e", "REDIS_ADDR=redis://127.0.0.1:1"], [], 9121, "redis_up 0"],
    ["postgres-exporter", ["-e", "DATA_SOURCE_NAME=postgresql://x@127.0.0.1:1/x"], [], 9187, "pg_up 0"],
    ["nginx-exporter", [], ["--nginx.scrape-uri=http://127.0.0.1:1/"], 9113, "nginx_up 0"],
  ] as const)("%s serves metrics, and says when its server is down", async (name, options, command, port, line) => {
    const exporter = await start(name, { options: [...options], command: [...command] });
    expect(await exec(exporter, "wget", "-qO-", `http://127.0.0.1:${port}/metrics`)).toContain(line);
  });
});
