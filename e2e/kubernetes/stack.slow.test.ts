/**
 * The prod stack on a real cluster, the lab of this machine, in the order in which a user would meet it: what the stack test does on
 * Docker. As root. One file on purpose: the steps build on each other.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Policy, reaches } from "../../infra/kubernetes/reach.ts";
import { madeCapture } from "../capture.ts";
import { root } from "../checkout.ts";
import { horizon } from "../horizon.ts";
import { killEverything, startUp } from "../interruptions.ts";
import { eventually } from "../wait.ts";
import {
  connectFrom,
  isReady,
  kubectl,
  listed,
  namespace,
  type Pod,
  type Reached,
  type Target,
  workloadOf,
} from "./cluster.ts";
import { engineAlone } from "./engine.ts";
import { type Audit, ailing, prod, prodTried, type Replayed, rows, settled, stackUp } from "./prod.ts";

const scratch = mkdtempSync(join(tmpdir(), "horizon-kubernetes-"));
const prodFile = (): string => readFileSync(join(root, "Pulumi.prod.yaml"), "utf8");
const before = prodFile();

let needs: Record<string, string[]>;

beforeAll(async () => {
  ({ needs } = await stackUp());
}, 7_200_000);

afterAll(async () => {
  await horizon(["lab", "down"], { timeout: 300_000 });
  rmSync(scratch, { recursive: true });
}, 400_000);

describe("after up", () => {
  it("every pod is ready, and admitted as restricted", async () => {
    expect(new Set((await rows()).map(({ name }) => name))).toEqual(new Set(Object.keys(needs)));
    expect(await ailing()).toEqual([]);
    const space = JSON.parse(await kubectl(["get", "namespace", namespace, "--output", "json"]));
    expect(space.metadata.labels["pod-security.kubernetes.io/enforce"]).toBe("restricted");
  });

  it("the real stack's configuration is as it was", () => {
    expect(prodFile()).toBe(before);
  });

  it("doctor finds nothing missing, and a privileged pod refused", async () => {
    const findings = JSON.parse(await prod(["doctor", "--json"])) as { check: string; state: string }[];
    expect(findings.filter(({ state }) => state === "missing")).toEqual([]);
    expect(findings.find(({ check }) => check === "pod security")?.state).toBe("fine");
  });

  it("a second preview is empty, a refresh finds no drift, and the preview after it is empty", () => settled());

  it("logs and exec reach a workload, and an exit code comes back", async () => {
    expect(await prod(["logs", "kafka", "--tail", "5"])).not.toBe("");
    expect((await prod(["exec", "postgres", "--", "psql", "--version"])).trim()).toMatch(/^psql/);
    const { code } = await prodTried(["exec", "postgres", "--", "sh", "-c", "exit 7"]);
    expect(code).toBe(7);
  });
});

describe("the engine", () => engineAlone());

describe("the feed", () => {
  it("becomes signals, orders and fills, and the audit passes", async () => {
    const { file, ...counts } = madeCapture(scratch, 20_000);
    const { replay, audit } = JSON.parse(await prod(["replay", file, "--json"], { timeout: 1_000_000 })) as Replayed;
    expect(replay.frames).toMatchObject(counts);
    expect(audit).toMatchObject({ violations: [], lost: 0, doubled: 0 });
    expect(audit.signals).toBeGreaterThan(0);
    expect(audit.fills).toBeGreaterThan(0);
  }, 1_100_000);
});

describe("the network", () => {
  /** What each pod reaches of every other, by workload and port. */
  async function matrix(pods: Pod[]): Promise<{ from: string; target: Target; reached: Reached }[]> {
    const all = pods.flatMap((pod) =>
      pod.spec.containers.flatMap(({ ports = [] }) =>
        ports.map(({ containerPort: port }) => ({ workload: workloadOf(pod), host: pod.status.podIP ?? "", port })),
      ),
    );
    const tried = pods.map(async (pod) => {
      const targets = all.filter(({ workload }) => workload !== workloadOf(pod));
      const reached = await connectFrom(pod, targets);
      return targets.map((target, i) => ({ from: workloadOf(pod), target, reached: reached[i] ?? "blocked" }));
    });
    return (await Promise.all(tried)).flat();
  }

  it("each declared edge connects and each undeclared one doesn't, from the real pods", async () => {
    const [pods, policies] = [await listed<Pod>("pods"), await listed<Policy>("networkpolicies")];
    const tried = await matrix(pods.filter(isReady));
    const wrong = tried.filter(({ from, target: { workload, port }, reached }) => {
      const expected = reaches(policies, from, workload, port);
      return expected ? reached !== "open" : reached !== "blocked";
    });
    expect(wrong).toEqual([]);
    // The policies themselves against what the program declared: an edge opens something, and nothing else is open.
    const open = new Set(
      tried.filter(({ reached }) => reached === "open").map(({ from, target }) => `${from} ${target.workload}`),
    );
    const edges = Object.entries(needs).flatMap(([from, to]) => to.map((each) => [from, each] as const));
    const declared = new Set(edges.map(([from, to]) => `${from} ${to}`));
    const scraped = new Set(edges.map(([from, to]) => `${to} ${from}`));
    const undeclared = [...open].filter((pair) => !declared.has(pair) && !scraped.has(pair));
    expect(undeclared).toEqual([]);
    // Of the provisioner there is nothing to reach but metrics: who needs it starts after it. Prometheus reaches metrics only.
    const reachable = [...declared].filter((pair) => !pair.startsWith("prometheus ") && !pair.endsWith(" provisioner"));
    expect(reachable.filter((pair) => !open.has(pair))).toEqual([]);
    expect(tried.length).toBeGreaterThan(200);
  }, 600_000);
});

describe("down", () => {
  it("leaves nothing but the retained claims, which it names", async () => {
    const { code, stderr } = await prodTried(["down"]);
    expect(code, stderr).toBe(0);
    const claims = (await listed<Pod>("persistentvolumeclaims")).map(({ metadata }) => metadata.name);
    expect(claims.length).toBeGreaterThan(0);
    for (const claim of claims) expect(stderr).toContain(`claim ${claim}`);
    for (const kind of ["pods", "services", "secrets", "deployments", "statefulsets", "networkpolicies", "ingresses"]) {
      expect(await listed(kind), kind).toEqual([]);
    }
  });

  it("comes up again on the data that was kept, also after an up that was killed half-way", async () => {
    const child = startUp("--stack", "prod", "--lab");
    const half = async (): Promise<true | undefined> => {
      if (child.exitCode !== null) throw new Error("up ended before it was killed");
      return (await listed("networkpolicies")).length > 20 || undefined;
    };
    await eventually("half of the objects", half, 300_000);
    await killEverything(child, "prod-lab");
    await prod(["up"], { timeout: 1_800_000 });
    const audit = JSON.parse(await prod(["audit", "--json"])) as Audit;
    expect(audit.violations).toEqual([]);
    expect(audit.fills).toBeGreaterThan(0);
  }, 2_000_000);
});
