/**
 * The engine's latency profile on the lab's real node, read from the kernel; and what becomes of a profile that no node can host. As
 * root; run by `horizon test lab`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { run } from "../cli/process.ts";
import { cpuList } from "../infra/latency.ts";
import { root } from "./checkout.ts";
import { isReady, kubectl, listed, namespace, type Pod, processesOf, processOf, workloadOf } from "./cluster.ts";
import { horizon, horizonOk } from "./horizon.ts";
import { coresOf, hasQuota, hugeBytesOf, hugeMountsOf, hugeUsage } from "./kernel.ts";

const prod = (args: string[], timeout = 600_000) => horizonOk(["--lab", ...args], { stack: "prod", timeout });
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

const engineOf = async (): Promise<Pod> => {
  const found = (await listed<Pod>("pods")).find((pod) => workloadOf(pod) === "engine" && isReady(pod));
  if (!found) throw new Error("no engine that is ready");
  return found;
};

/** How long it took, in seconds, and how it ended. */
async function timed(args: string[], timeout = 600_000) {
  const began = Date.now();
  const { code, stderr } = await horizon(["--lab", ...args], { stack: "prod", timeout });
  return { code, stderr, seconds: (Date.now() - began) / 1000 };
}

beforeAll(async () => {
  await horizonOk(["lab", "up"], { timeout: 3_600_000 });
  await prod(["up"], 3_600_000);
}, 7_200_000);

afterAll(async () => {
  await horizon(["lab", "down"], { timeout: 300_000 });
}, 400_000);

describe("the engine", () => {
  it("is Guaranteed: every container asks for what it is limited to", async () => {
    const { spec, status } = await engineOf();
    expect(status.qosClass).toBe("Guaranteed");
    for (const { resources } of [...spec.containers, ...(spec.initContainers ?? [])]) {
      expect(resources?.requests).toEqual(resources?.limits);
    }
  });

  it("has a core that no process of another pod may use, and no quota", async () => {
    const engine = await engineOf();
    const own = cpuList(coresOf(processOf(engine))) ?? [];
    expect(own).toHaveLength(1);
    const others = (await podsEverywhere()).filter(({ metadata }) => metadata.uid !== engine.metadata.uid);
    const shared = others.flatMap((pod) =>
      processesOf(pod).flatMap((pid) => {
        const cores = cpuList(coresOf(pid)) ?? [];
        return cores.some((core) => own.includes(core)) ? [`${pod.metadata.name}: ${cores}`] : [];
      }),
    );
    expect(others.length).toBeGreaterThan(10);
    expect(shared).toEqual([]);
    expect(hasQuota(processOf(engine))).toBe(false);
    const redis = others.find((pod) => workloadOf(pod) === "redis") as Pod;
    expect(hasQuota(processOf(redis))).toBe(true);
  });

  it("has its state in huge pages: the kernel, the cgroup and the engine's own gauges agree", async () => {
    const engine = await engineOf();
    const pid = processOf(engine);
    expect(hugeMountsOf(pid)).toEqual(["/dev/hugepages-2Mi"]);
    expect(hugeBytesOf(pid)).toBe(64 * MiB);
    expect(hugeUsage(pid)).toEqual({ used: 64 * MiB, limit: 64 * MiB });
    const metrics = await run("nsenter", ["--target", String(pid), "--net", "--", process.execPath, "-e", ask], {
      timeout: 30_000,
    });
    const gauge = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(metrics.stdout)?.[1]);
    expect(gauge("horizon_engine_huge_page_bytes")).toBe(64 * MiB);
    expect(gauge("horizon_engine_huge_page_used_bytes")).toBeGreaterThan(0);
    expect(gauge("horizon_engine_cores")).toBe(1);
  });

  it("gets a core again when it is killed", async () => {
    const { metadata } = await engineOf();
    await kubectl([
      "delete",
      "pod",
      metadata.name,
      "--namespace",
      namespace,
      "--grace-period=0",
      "--force",
      "--wait=false",
    ]);
    await kubectl(["wait", "--for=delete", `pod/${metadata.name}`, "--namespace", namespace, "--timeout=60s"]);
    await kubectl(["rollout", "status", "deployment/engine", "--namespace", namespace, "--timeout=180s"], {
      timeout: 200_000,
    });
    const pid = processOf(await engineOf());
    expect(cpuList(coresOf(pid))).toHaveLength(1);
    expect(hugeBytesOf(pid)).toBe(64 * MiB);
  });
});

const ask = `fetch("http://127.0.0.1:9090/metrics").then((answer) => answer.text()).then((text) => console.log(text))`;

async function podsEverywhere(): Promise<Pod[]> {
  const all = JSON.parse(await kubectl(["get", "pods", "--all-namespaces", "--output", "json"])) as { items: Pod[] };
  return all.items.filter(isReady);
}

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
    const began = Date.now();
    const found = await nodes();
    expect(Date.now() - began).toBeLessThan(60_000);
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
      const { code, stderr, seconds } = await timed([command]);
      expect(stderr).toMatch(reason);
      expect(code).toBe(2);
      expect(seconds).toBeLessThan(30);
    }
    writeFileSync(stackFile, before);
    expect((await prod(["preview"])).trim()).toBe("nothing to do");
  });

  it("a pool without nodes: preview and up name the node, the reason and the remedy", async () => {
    await kubectl(["label", "node", "lab-node", `${pool}-`]);
    for (const command of ["preview", "up"]) {
      const { code, stderr, seconds } = await timed([command]);
      expect(stderr).toMatch(/nodes for the engine.*lab-node: not in the pool: no label.*kubectl label node/s);
      expect(code).toBe(3);
      expect(seconds).toBeLessThan(60);
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
    expect((Date.now() - began) / 1000).toBeLessThan(90);
    const pods = (await listed<Pod>("pods")).filter((pod) => workloadOf(pod) !== "engine");
    expect(pods.filter((pod) => !isReady(pod)).map(workloadOf)).toEqual([]);

    await kubectl(["label", "node", "lab-node", `${pool}=latency`]);
    await prod(["up"], 600_000);
    expect(hugeBytesOf(processOf(await engineOf()))).toBe(32 * MiB);
    expect((await prod(["preview"])).trim()).toBe("nothing to do");
    writeFileSync(stackFile, before);
  }, 1_800_000);
});
