/**
 * A stack on servers that somebody else runs, on the lab: first without TLS, then the servers take nothing but TLS and the stack follows.
 * As root; run by `horizon test lab`. One file on purpose: the steps build on each other.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../cli/process.ts";
import { madeCapture } from "../capture.ts";
import { root } from "../checkout.ts";
import { horizon, horizonOk } from "../horizon.ts";
import { eventually } from "../wait.ts";
import { authority } from "./authority.ts";
import { allWell } from "./brokers.ts";
import { connectFrom, isReady, kubectl, listed, namespace, type Pod, workloadOf } from "./cluster.ts";
import { pushedImages } from "./database-images.ts";
import { hostsOf, ofEach, ports, type Server, servers } from "./database-servers.ts";
import { kafkaConnections, podsOfServers, redis, refusals, serve, sql } from "./databases.ts";
import { configure, handedIn, handIn, passwords, secretFindings } from "./managed-stack.ts";
import { ailing, outputs, prod, prodTried, queried, type Replayed, rows, settled } from "./prod.ts";

const scratch = mkdtempSync(join(tmpdir(), "horizon-managed-"));
const trusted = authority(scratch, "databases");
const strange = authority(scratch, "strangers");
const shown = ofEach((server) => trusted.sign(server, hostsOf(server)));

let images: Record<Server, string>;

/** A metric's newest values. */
const values = async (metric: string): Promise<string[]> =>
  [...(await queried(metric)).matchAll(/=> (\S+) @/g)].map(([, value = ""]) => value);

beforeAll(async () => {
  await horizonOk(["lab", "up"], { timeout: 3_600_000 });
  images = await pushedImages(scratch);
}, 7_200_000);

afterAll(async () => {
  await horizon(["lab", "down"], { timeout: 300_000 });
  rmSync(scratch, { recursive: true });
}, 400_000);

/** What must hold on any server. */
function works(): void {
  it("every workload is healthy, and no data server is the stack's own", async () => {
    await prod(["up"], { timeout: 900_000 });
    expect(await ailing()).toEqual([]);
    const names = (await rows()).map(({ name }) => name);
    for (const server of servers) expect(names).not.toContain(server);
  }, 1_000_000);

  it("a second preview and a refresh find nothing to do", () => settled());

  it("the feed becomes fills, and the audit passes", async () => {
    const { file: capture, ...counts } = madeCapture(scratch, 20_000);
    const { replay, audit } = JSON.parse(await prod(["replay", capture, "--json"], { timeout: 180_000 })) as Replayed;
    expect(replay.frames).toMatchObject(counts);
    expect(audit).toMatchObject({ violations: [], lost: 0, doubled: 0 });
    expect(audit.fills).toBeGreaterThan(0);
  });

  it.each(["pg_up", "redis_up"])("%s is 1", async (metric) => {
    const one = async () => ((await values(metric)).join() === "1" ? true : undefined);
    expect(await eventually(metric, one)).toBe(true);
  });
}

describe("without TLS", () => {
  beforeAll(async () => {
    await serve(images, passwords);
    configure("plain");
    await handIn();
  }, 400_000);
  works();
});

describe("the authority", () => {
  beforeAll(async () => {
    await serve(images, passwords, shown);
    configure("tls");
  }, 400_000);

  it("is missed by doctor while it isn't there, and up changes nothing", async () => {
    const missing = (await secretFindings()).filter(({ state }) => state === "missing");
    expect(missing.map(({ check, found }) => `${check}: ${found}`)).toEqual([
      `secret for kafka: no Secret databases-ca in namespace ${namespace}`,
      `secret for postgres: no Secret databases-ca in namespace ${namespace}`,
      "secret for redis: redis-login has no key ca.crt, only: password",
    ]);
    const { code, stderr } = await prodTried(["up"]);
    expect(code, stderr).toBe(3);
    expect(stderr).toContain("databases-ca");
  });

  it("is all that doctor wants", async () => {
    await handIn(trusted.certificate);
    expect((await secretFindings()).map(({ state }) => state)).toEqual(Array(6).fill("fine"));
  });
});

describe("with TLS", () => {
  works();

  it("nobody of another pod is connected without", async () => {
    const { postgres, redis: plain } = await refusals();
    expect(postgres).toMatch(/no pg_hba.conf entry .* no encryption/);
    expect(plain).toMatch(/Connection (reset|refused)/);
    const query = `select usename, ssl from pg_stat_ssl join pg_stat_activity using (pid) where client_addr is not null`;
    const sessions = (await sql("postgres", query)).map((row) => row.split("|"));
    expect(sessions.map(([user]) => user)).toEqual(expect.arrayContaining(["risk_management", "trading_signal"]));
    expect(sessions.filter(([, ssl]) => ssl !== "t")).toEqual([]);
    const listening = await redis(passwords.redis, "config", "get", "*port");
    expect(listening).toMatch(/^port\n0$/m);
    expect(await redis(passwords.redis, "client", "list")).toMatch(/user=market-data/);
    const { all, encrypted } = await kafkaConnections();
    expect(all).toBeGreaterThan(3);
    expect(encrypted).toBe(all);
  });

  it("each server is reached by who needs it, and on its own port alone", async () => {
    const pods = await podsOfServers();
    const { needs } = await outputs();
    const targets = servers.flatMap((workload) =>
      servers.map((of) => ({ workload, of, host: pods[workload].status.podIP ?? "", port: ports[of] })),
    );
    const tried = (await listed<Pod>("pods")).filter(isReady).map(async (pod) => {
      const reached = await connectFrom(pod, targets);
      return targets
        .filter((_, i) => reached[i] !== "blocked")
        .map(({ workload, of }) => `${workloadOf(pod)} ${workload} ${of}`);
    });
    const declared = Object.entries(needs).flatMap(([from, to]) =>
      servers.filter((server) => to.includes(server)).map((server) => `${from} ${server} ${server}`),
    );
    expect(new Set((await Promise.all(tried)).flat())).toEqual(new Set(declared));
    expect(declared.length).toBeGreaterThan(8);
  });

  it("no password of an administrator, and nothing of the authority, is in the state or in a rendering", async () => {
    const command = `eval "$(./horizon --lab --stack prod env)" && pulumi stack export --show-secrets --stack prod-lab`;
    const exported = await run("bash", ["-c", command], { cwd: root, timeout: 120_000 });
    expect(exported.code, exported.stderr).toBe(0);
    const lines = trusted.certificate.split("\n").filter((line) => line.length > 40);
    const canaries = [...Object.values(passwords), ...lines];
    for (const text of [exported.stdout, await prod(["render"])]) {
      expect(text).toContain("databases-ca");
      expect(
        canaries.filter((canary) => text.includes(canary) || text.includes(Buffer.from(canary).toString("base64"))),
      ).toEqual([]);
    }
  });
});

describe("servers that another authority vouches for", () => {
  const clients = ["provisioner", "market-data", "engine", "trading-signal", "risk-management"];
  const again = () =>
    kubectl(["delete", "pods", "--namespace", namespace, "--selector", `app.kubernetes.io/name in (${clients})`], {
      timeout: 300_000,
    });

  /** In the words of Go, of OpenSSL and of rustls. */
  const untrusted = /certificate signed by unknown authority|certificate verify failed|UnknownIssuer/;
  const complaint = async (client: string): Promise<string | undefined> =>
    untrusted.exec(await prod(["logs", client, "--tail", "500"]))?.[0];

  it("aren't talked to, and each client says why", async () => {
    for (const client of clients) expect(await complaint(client), client).toBeUndefined();
    await handIn(strange.certificate);
    await again();
    for (const client of clients) await eventually(`${client} to name the certificate`, () => complaint(client));
    // With the right one they are ready before this has passed.
    await sleep(30_000);
    const ready = (await listed<Pod>("pods")).filter(isReady).map(workloadOf);
    expect(ready.filter((name) => clients.includes(name))).toEqual([]);
  }, 900_000);

  it("are again when the right one is back", async () => {
    await handIn(trusted.certificate);
    await again();
    await allWell();
  }, 900_000);
});

describe("down", () => {
  it("leaves the servers and what is in them", async () => {
    const runs = async () =>
      Object.values(await podsOfServers()).map(
        ({ metadata, status }) =>
          `${metadata.uid} ${status.containerStatuses?.map(({ restartCount }) => restartCount)}`,
      );
    const earlier = await runs();
    await prod(["down"], { timeout: 600_000 });
    expect(await runs()).toEqual(earlier);
    const [decisions] = await sql("risk", "select count(*) from decisions");
    expect(Number(decisions)).toBeGreaterThan(0);
    const secrets = (await listed<Pod>("secrets")).map(({ metadata }) => metadata.name);
    expect(secrets.sort()).toEqual(handedIn);
  }, 700_000);
});
