/** One thing is changed, and only what depends on it changes, in the preview and in fact; what can't be built changes nothing. */
import { expect, it } from "vitest";
import { changedContainers, previewedWorkloads, withEdit, withResource } from "./change.ts";
import { docker, horizon, horizonOk, inspectRunning, nameOf, stack } from "./horizon.ts";

type Change = (step: () => Promise<void>) => Promise<void>;

const oneThing: [what: string, workload: string, change: Change][] = [
  ["a memory limit", "redis-exporter", (step) => withResource("redis-exporter", { memory: "40Mi" }, step)],
  [
    "a Prometheus rule",
    "prometheus",
    (step) => withEdit("components/prometheus/alerts.ts", (text) => text.replace("up == 0", "up < 1"), step),
  ],
  [
    "one service's source",
    "market-data",
    (step) => withEdit("services/market-data/main.go", (text) => `${text}\n// An edit.\n`, step),
  ],
];

const broken: [what: string, change: Change, words: string[]][] = [
  [
    "a service that doesn't compile",
    (step) => withEdit("services/provisioner/main.go", (text) => `${text}\nfunc broken( {\n`, step),
    ["syntax error", "main.go", "provisioner"],
  ],
  [
    "a Dockerfile that fails",
    (step) => withEdit("services/provisioner/Dockerfile", (text) => text.replace(/^RUN /m, "RUN exit 7 && "), step),
    ["exit code: 7", "provisioner"],
  ],
];

/** Each on top of the ones before, so that all are taken back at once. */
async function inTurn(rest: typeof oneThing): Promise<void> {
  const [first, ...others] = rest;
  if (first === undefined) return;
  const [, workload, change] = first;
  const before = await inspectRunning();
  await change(async () => {
    expect(await previewedWorkloads()).toEqual([workload]);
    await horizonOk(["up"]);
    expect(changedContainers(before, await inspectRunning())).toEqual([workload]);
    await inTurn(others);
  });
}

export function changes(): void {
  it("of a memory limit, a rule or one service's source changes that workload only, in the preview and in fact", async () => {
    await inTurn(oneThing);
    await horizonOk(["up"]);
    expect(await previewedWorkloads()).toEqual([]);
  });

  it.each(broken)("to %s is refused with the builder's words, and all goes on as it ran", async (_, change, words) => {
    const before = await inspectRunning();
    await change(async () => {
      const { code, stderr } = await horizon(["up"]);
      expect(code).toBe(1);
      for (const part of ["given:", "allowed:", "remedy:", "full log:", ...words]) expect(stderr).toContain(part);
    });
    expect(changedContainers(before, await inspectRunning())).toEqual([]);
  });

  it("back to what can be built leaves nothing to do", async () => {
    const before = await inspectRunning();
    await horizonOk(["up"]);
    // The image that goes back to what it was is made anew, so its container may be; no other is.
    expect(["", "provisioner"]).toContain(changedContainers(before, await inspectRunning()).join());
    expect(await previewedWorkloads()).toEqual([]);
  });

  it("of the passphrase is refused, and all goes on as it ran", async () => {
    const before = await inspectRunning();
    const { code, stderr } = await horizon(["up"], { env: { PULUMI_CONFIG_PASSPHRASE: "not the stack's own" } });
    expect(code).toBe(1);
    for (const part of ["passphrase", "given:", "allowed:", "remedy:"]) expect(stderr).toContain(part);
    expect(changedContainers(before, await inspectRunning())).toEqual([]);
  });

  it("by hand is seen by refresh and healed by up", async () => {
    await docker(["rm", "--force", `cipherhorizon-${stack}-redis-exporter`]);
    await horizonOk(["refresh"]);
    expect(await previewedWorkloads()).toEqual(["redis-exporter"]);
    await horizonOk(["up"]);
    expect((await inspectRunning()).map(nameOf)).toContain("redis-exporter");
  });
}
