/** What doctor says of the nodes, and what becomes of a latency profile that no node can host. As root; run by `horizon test lab`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { run } from "../../cli/process.ts";
import { rolloutSeconds } from "../../infra/kubernetes/health.ts";
import { root } from "../checkout.ts";
import { horizon, horizonOk } from "../horizon.ts";
import { isReady, kubectl, listed, type Pod, processOf, workloadOf } from "./cluster.ts";
import { engineOf } from "./engine.ts";
import { hugeBytesOf } from "./kernel.ts";
import { prod, prodTried, stackUp } from "./prod.ts";

const stackFile = join(root, "Pulumi.prod.yaml");
const before = readFileSync(stackFile, "utf8");
const pool = "cipherhorizon.io/pool";
const MiB = 1024 ** 2;

/** The stack's own profile, changed. */
function profile(change: object): void {
  const file = parse(before);
  const engine = file.config["cipherhorizon:engine"];
  file.config["cipherhorizon:engine"] = { ...engine, latency: { ...engine.latency, ...change } };
  writeFileSync(stackFile, stringify(file));
}

beforeAll(async () => {
  await stackUp();
}, 7_200_000);

afterAll(async () => {
  await horizon(["lab", "down"], { timeout: 300_000 });
}, 400_000);

describe("doctor", () => {
  const nodes = async () =>
    (JSON.parse(await prod(["doctor", "--json"])) as { check: string; state: string; found: string }[]).filter(
      ({ check }) => /node|kubelet/.test(check),
    );

  it("finds the node able, and its kubelet set as the profile says, but for what the lab must do otherwise", async () => {
    const found = await nodes();
    expect(found.find(({ check }) => check === "nodes for the engine")).toMatchObject({
      state: "fine",
      found: "lab-node",
    });
    expect(found.find(({ check }) => check === "kubelets")?.found).toMatch(/^1 with exclusive cores/);
    expect(found.filter(({ state }) => state !== "fine").map(({ found }) => found)).toEqual([
      "reservedSystemCPUs not set, 0 in the configuration: not the isolated cores",
    ]);
  });

  it("isn't held up by nodes that don't answer", async () => {
    await horizonOk(["lab", "nodes", "40"], { timeout: 300_000 });
    await kubectl(["label", "nodes", "--selector=kwok.x-k8s.io/node=fake", `${pool}=latency`]);
    const found = await nodes();
    expect(found.find(({ check }) => check === "nodes for the engine")?.found).toBe("lab-node");
    expect(found.filter(({ found }) => found.includes("taint kwok")).length).toBe(20);
    await horizonOk(["lab", "nodes", "0"], { timeout: 300_000 });
  }, 900_000);
});

describe("a profile that no node can host", () => {
  it.each([
    [
      "four cores",
      { cpus: "0-3" },
      /engine\.latency\.cpus.*fewer isolated cores.*given: +0-3, 4 cores.*allowed: at most 1/s,
    ],
    ["pages of 1 GiB", { hugePages: { "1Gi": "1Gi" } }, /engine\.latency\.hugePages\.1Gi.*no huge pages of this size/s],
  ])("%s: preview and up refuse it at once, and nothing is changed", async (_, change, reason) => {
    profile(change);
    for (const command of ["preview", "up"]) {
      const { code, stderr } = await prodTried([command]);
      expect(stderr).toMatch(reason);
      expect(code).toBe(2);
    }
    writeFileSync(stackFile, before);
    expect((await prod(["preview"])).trim()).toBe("nothing to do");
  });

  it("a pool without nodes: preview and up name the node, the reason and the remedy", async () => {
    await kubectl(["label", "node", "lab-node", `${pool}-`]);
    for (const command of ["preview", "up"]) {
      const { code, stderr } = await prodTried([command]);
      expect(stderr).toMatch(/nodes for the engine.*lab-node: not in the pool: no label.*kubectl label node/s);
      expect(code).toBe(3);
    }
  });

  it("past doctor, the rollout fails within a minute by the scheduler's word; the rest goes on, and up gets there later", async () => {
    profile({ hugePages: { "2Mi": "32Mi" } });
    // As a pipeline does it: Pulumi itself, without the checks.
    const plain = `eval "$(./horizon --lab --stack prod env)" && pulumi up --yes --skip-preview --non-interactive --stack prod-lab`;
    const began = Date.now();
    const failed = await run("bash", ["-c", plain], { cwd: root, timeout: 600_000 });
    const said = `${failed.stdout}\n${failed.stderr}`;
    expect(failed.code).not.toBe(0);
    expect(said).toMatch(/engine-\S+ fits no node/);
    expect(said).toContain(`has no label ${pool}=latency`);
    expect(said).toMatch(/FailedScheduling: 0\/1 nodes are available/);
    // Long before a rollout's time is over.
    expect((Date.now() - began) / 1000).toBeLessThan(rolloutSeconds({ exec: [], startWithin: "2m" }));
    const pods = (await listed<Pod>("pods")).filter((pod) => workloadOf(pod) !== "engine");
    expect(pods.filter((pod) => !isReady(pod)).map(workloadOf)).toEqual([]);

    await kubectl(["label", "node", "lab-node", `${pool}=latency`]);
    await prod(["up"]);
    expect(hugeBytesOf(processOf(await engineOf()))).toBe(32 * MiB);
    expect((await prod(["preview"])).trim()).toBe("nothing to do");
    writeFileSync(stackFile, before);
  }, 1_800_000);
});
