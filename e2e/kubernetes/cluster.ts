/** The lab as the tests ask it: its API by kubectl, and connections from inside its pods' own network namespaces. */
import { readdirSync, readFileSync } from "node:fs";
import { labHome } from "../../cli/paths.ts";
import { run } from "../../cli/process.ts";
import { currentKubeconfig } from "../../lab/foreign.ts";
import { cacheDir, type Lab } from "../../lab/lab.ts";
import { kubectlProgram } from "../../lab/status.ts";

export const lab: Lab = { home: labHome(), cache: cacheDir(), log: "/dev/null" };

/** Of the stack that `--stack prod --lab` makes. */
export const namespace = "cipherhorizon-prod-lab";

export async function kubectl(args: string[], options: { input?: string; timeout?: number } = {}): Promise<string> {
  const all = ["--kubeconfig", currentKubeconfig(lab) ?? "", ...args];
  const { code, stdout, stderr } = await run(kubectlProgram(lab), all, { timeout: 120_000, ...options });
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
  return stdout;
}

export async function apply(...items: object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await kubectl(["apply", "--server-side", "--filename", "-"], { input });
}

export const namespaceOf = (name: string, labels: object = {}) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});

/** It takes only restricted pods. */
export const restrictedNamespace = (name: string) =>
  namespaceOf(name, { "pod-security.kubernetes.io/enforce": "restricted" });

export interface Pod {
  metadata: { name: string; uid: string; labels: Record<string, string>; deletionTimestamp?: string };
  spec: { nodeName?: string; containers: Container[]; initContainers?: Container[] };
  status: {
    podIP?: string;
    qosClass?: string;
    containerStatuses?: { restartCount: number }[];
    conditions?: { type: string; status: string }[];
  };
}

interface Container {
  name: string;
  ports?: { name: string; containerPort: number }[];
  resources?: { requests?: object; limits?: object };
}

export async function listed<T>(kind: string): Promise<T[]> {
  const text = await kubectl(["get", kind, "--namespace", namespace, "--output", "json"]);
  return (JSON.parse(text) as { items: T[] }).items;
}

export const workloadOf = (pod: Pod): string => pod.metadata.labels["app.kubernetes.io/name"] ?? "";

export const isReady = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  (pod.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false);

/** The processes of the pod: the kernel says by their cgroups to which pod they belong. The sandbox's own is not among them. */
export function processesOf(pod: Pod): number[] {
  const marks = [`pod${pod.metadata.uid}`, `pod${pod.metadata.uid.replaceAll("-", "_")}`];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const cgroups = readFileSync(`/proc/${pid}/cgroup`, "utf8");
        if (!marks.some((mark) => cgroups.includes(mark))) return false;
        return readFileSync(`/proc/${pid}/comm`, "utf8").trim() !== "pause";
      } catch {
        return false; // It has ended meanwhile.
      }
    })
    .map(Number);
}

export function processOf(pod: Pod): number {
  const [pid] = processesOf(pod);
  if (pid === undefined) throw new Error(`no process of ${pod.metadata.name}`);
  return pid;
}

/** The command line that runs something in the network namespace of a real pod. */
export const inNetworkOf = (pod: Pod, command: string[]): string[] => [
  "nsenter",
  "--target",
  String(processOf(pod)),
  "--net",
  "--",
  ...command,
];

export interface Target {
  workload: string;
  host: string;
  port: number;
}

/** `open` also where the packet arrives and nobody listens: the network let it through. */
export type Reached = "open" | "refused" | "blocked";

/** Long enough for a connection on this machine, also a busy one; what is dropped takes all of it. */
const patience = 4000;

const connector = `
  const net = require("node:net");
  const targets = JSON.parse(process.argv[1]);
  const one = ({ host, port }) => new Promise((done) => {
    const socket = net.connect({ host, port, timeout: ${patience} });
    const end = (how) => { socket.destroy(); done(how); };
    socket.on("connect", () => end("open"));
    socket.on("timeout", () => end("blocked"));
    socket.on("error", ({ code }) => end(code === "ECONNREFUSED" ? "refused" : "blocked"));
  });
  Promise.all(targets.map(one)).then((all) => console.log(JSON.stringify(all)));
`;

/** Tries every target from the network namespace of a real pod. */
export async function connectFrom(pod: Pod, targets: Target[]): Promise<Reached[]> {
  const node = [process.execPath, "-e", connector, JSON.stringify(targets)];
  const [program = "", ...args] = inNetworkOf(pod, node);
  const { code, stdout, stderr } = await run(program, args, { timeout: 60_000 });
  if (code !== 0) throw new Error(`nsenter into ${pod.metadata.name}: ${stderr}`);
  return JSON.parse(stdout) as Reached[];
}
