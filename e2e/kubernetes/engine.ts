/** The engine of the prod stack on the lab's real node, alone on its core, as the kernel and the engine itself say. */
import { expect, it } from "vitest";
import { run } from "../../cli/process.ts";
import { cpuList } from "../../infra/latency.ts";
import { isReady, kubectl, listed, namespace, type Pod, processesOf, processOf, workloadOf } from "./cluster.ts";
import { coresOf, hasQuota, hugeBytesOf, hugeMountsOf, hugeUsage } from "./kernel.ts";

const MiB = 1024 ** 2;

export const engineOf = async (): Promise<Pod> => {
  const found = (await listed<Pod>("pods")).find((pod) => workloadOf(pod) === "engine" && isReady(pod));
  if (!found) throw new Error("no engine that is ready");
  return found;
};

const ask = `fetch("http://127.0.0.1:9090/metrics").then((answer) => answer.text()).then((text) => console.log(text))`;

async function podsEverywhere(): Promise<Pod[]> {
  const all = JSON.parse(await kubectl(["get", "pods", "--all-namespaces", "--output", "json"])) as { items: Pod[] };
  return all.items.filter(isReady);
}

export function engineAlone(): void {
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
}
