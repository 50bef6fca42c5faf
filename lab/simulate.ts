/** Simulated nodes: to the API they are as any other, and kwok says that their pods run. For scale, not for behaviour. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "./errors.ts";
import { kubeconfigOf } from "./kubeconfig.ts";
import { type Lab, type LabStep, type Report, settings } from "./lab.ts";
import { enter } from "./node.ts";
import { fault, pidOf, start, until } from "./process.ts";
import { ensurePrograms, programFile } from "./programs.ts";
import { kubectl } from "./status.ts";

/** Annotation, label and taint of every simulated node. */
const MARK = "kwok.x-k8s.io/node";
const ZONES = 3;

/** Only pods that tolerate the taint come here, so none that must work is lost to a node that does not run it. */
export function simulatedNode(number: number) {
  const name = `simulated-${number}`;
  const size = { cpu: "32", memory: "256Gi", pods: "110", "hugepages-2Mi": "8Gi" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      annotations: { [MARK]: "fake" },
      labels: {
        [MARK]: "fake",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/zone": `zone-${number % ZONES}`,
      },
    },
    spec: { taints: [{ key: MARK, value: "fake", effect: "NoSchedule" }] },
    status: { capacity: size, allocatable: size },
  };
}

/** Which nodes to make and which to remove, so that there are `count`. */
export function difference(count: number, there: string[]): { make: number[]; remove: string[] } {
  const wanted = Array.from({ length: count }, (_, number) => number);
  const names = new Set(wanted.map((number) => `simulated-${number}`));
  return {
    make: wanted.filter((number) => !there.includes(`simulated-${number}`)),
    remove: there.filter((name) => !names.has(name)),
  };
}

export const simulateSteps = (count: number): LabStep[] => [
  { title: "kwok", run: (lab, report) => startKwok(lab, report) },
  { title: "Nodes", run: (lab, report) => scale(lab, count, report) },
];

async function startKwok(lab: Lab, report: Report): Promise<string> {
  enter(lab, []); // a lab that is down ends here, before anything is built
  const version = await ensurePrograms(lab, ["kwok"], report);
  const command = [
    programFile(lab, "kwok"),
    `--kubeconfig=${kubeconfigOf(lab, "admin")}`,
    `--config=${join(import.meta.dirname, "kwok", "stages.yaml")}`,
    `--manage-nodes-with-annotation-selector=${MARK}=fake`,
    // Renewed every 40 s, which the controller manager waits for: a thousand nodes are 25 requests a second.
    "--node-lease-duration-seconds=160",
    "--v=WARN",
    // Of no network here: nothing answers at a simulated pod's address.
    "--cidr=100.64.0.0/16",
  ];
  await start(lab, "kwok", enter(lab, command));
  return version;
}

async function scale(lab: Lab, count: number, report: Report): Promise<string> {
  const selector = ["get", "nodes", "-l", `${MARK}=fake`];
  const there = await must(lab, [...selector, "-o=jsonpath={.items[*].metadata.name}"]);
  const { make, remove } = difference(count, there.split(" ").filter(Boolean));
  if (make.length > 0) {
    const file = settings(lab, "simulated.json");
    writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: make.map(simulatedNode) }));
    report(`making ${make.length}`);
    await must(lab, ["create", "-f", file]);
  }
  if (remove.length > 0) await must(lab, ["delete", "node", "--wait=false", ...remove]);
  const ready = '-o=jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}';
  await until(
    `${count} nodes ready`,
    180,
    async () => {
      if (pidOf(lab, "kwok") === undefined) throw fault(lab, "kwok", "it has ended");
      const found = (await must(lab, [...selector, ready])).split(" ").filter((status) => status === "True").length;
      return found === count || `${found} are`;
    },
    report,
  );
  return `${count} simulated, ${make.length} new, ${remove.length} removed`;
}

async function must(lab: Lab, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await kubectl(lab, args, { seconds: 300 });
  if (code === 0) return stdout;
  throw new LabError({
    what: "the simulated nodes can't be changed",
    given: stderr.trim(),
    allowed: "a lab whose API server answers",
    remedy: "see `horizon lab status`; `horizon lab up` starts again what has ended",
  });
}
