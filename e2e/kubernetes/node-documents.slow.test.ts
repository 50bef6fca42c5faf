/** The documents for the pool's nodes, given to the real kubelet. As root; run by `horizon test lab`, which builds the kubelet. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { labHome } from "../../cli/paths.ts";
import { run } from "../../cli/process.ts";
import { cacheDir, type Lab, NODES, nodeSettings } from "../../lab/lab.ts";
import { programFile } from "../../lab/programs.ts";
import { root } from "../checkout.ts";
import { horizon, horizonOk } from "../horizon.ts";
import { kubectl } from "./cluster.ts";

const lab: Lab = { home: labHome(), cache: cacheDir(), log: "/dev/null" };

beforeAll(async () => {
  await horizonOk(["lab", "up"], { timeout: 3_600_000 });
}, 3_700_000);

afterAll(async () => {
  await horizon(["lab", "down"], { timeout: 300_000 });
}, 400_000);

describe("the node documents", () => {
  const rendered = async (): Promise<string> => {
    await horizonOk(["--lab", "render", "--out", join(root, "rendered")], { stack: "prod" });
    return readFileSync(join(root, "rendered", "nodes", "kubelet.conf"), "utf8");
  };

  /**
   * What it says until it looks for a container runtime, which there is none of. As the main file, because of a drop-in it passes over
   * in silence what it doesn't know.
   */
  async function kubeletSays(document: string): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), "horizon-kubelet-"));
    const rest = {
      apiVersion: "kubelet.config.k8s.io/v1beta1",
      kind: "KubeletConfiguration",
      authentication: { anonymous: { enabled: false }, webhook: { enabled: false } },
      authorization: { mode: "AlwaysAllow" },
      containerRuntimeEndpoint: "unix:///none.sock",
      failCgroupV1: false,
    };
    writeFileSync(join(folder, "main.yaml"), document);
    mkdirSync(join(folder, "conf.d"));
    writeFileSync(join(folder, "conf.d", "50-test.conf"), JSON.stringify(rest));
    const files = [`--config=${folder}/main.yaml`, `--config-dir=${folder}/conf.d`, `--root-dir=${folder}/root`];
    const command = ["--net", "--mount", programFile(lab, "kubelet"), ...files];
    const { stderr } = await run("unshare", command, { timeout: 60_000 });
    rmSync(folder, { recursive: true });
    return stderr;
  }

  it("are taken by the real kubelet, every field of them, and a wrong one is not", async () => {
    const text = await rendered();
    const good = await kubeletSays(text);
    expect(good).toContain("validate CRI v1 runtime API");
    expect(good).not.toContain("strict decoding");
    expect(await kubeletSays(text.replace("reservedSystemCPUs", "reservedCPUs"))).toContain("unknown field");
    expect(await kubeletSays(text.replace("single-numa-node\n", "single-node\n"))).toContain("failed to validate");
  });

  it("are how the lab's kubelet is set, by its own word", async () => {
    const document = parse(await rendered(), { version: "1.1" });
    const own = JSON.parse(readFileSync(nodeSettings(lab, NODES[0], "kubelet.json"), "utf8"));
    // Two cores can't spare a whole one, and the one node must run everything else too.
    const { reservedSystemCPUs, registerWithTaints, evictionHard, kubeReserved, systemReserved, ...same } = document;
    expect([reservedSystemCPUs, registerWithTaints.length, kubeReserved.memory]).toEqual(["0", 1, "0"]);
    expect(own).toMatchObject({ ...same, systemReserved });
    expect(own.evictionHard["memory.available"]).toBe(evictionHard["memory.available"]);
    const answer = JSON.parse(await kubectl(["get", "--raw", "/api/v1/nodes/lab-node/proxy/configz"]));
    const { apiVersion: _, kind: __, ...fields } = same;
    expect(answer.kubeletconfig).toMatchObject(fields);
  });
});
