/** Load on the gateway from a pod of the cluster's, by the Service's own address, so that it goes on whatever pods come and go. */
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { push, scratchImage } from "../../lab/image.ts";
import { programFile } from "../../lab/programs.ts";
import { eventually } from "../wait.ts";
import { inNetworkOf, kubectl, lab, namespace, type Pod } from "./cluster.ts";

export interface Settings {
  host: string;
  port: number;
  /** PEM of the authority that the gateway's certificate is from. */
  authority: string;
  streams: { name: string; path: string; perSecond: number; keep: boolean }[];
}

/** What became of one stream's requests. */
export interface Sent {
  name: string;
  /** How many by HTTP status, or by what came in its place. */
  answers: Record<string, number>;
  /** Asked again because the server closed a kept connection just then. */
  raced: number;
  /** Everything but a 200. */
  failures: { at: string; how: string }[];
  /** Milliseconds. */
  slowest: number;
}

export interface Load {
  stop(): Promise<Sent[]>;
}

/** The entrance itself, which runs twice: 10 new connections a second, and 10 requests on kept ones. */
const entrance = [1, 2].flatMap((number) => [
  { name: `new ${number}`, path: "/", perSecond: 5, keep: false },
  { name: `kept ${number}`, path: "/", perSecond: 5, keep: true },
]);

/** What lies behind it runs once, and is away for as long as its one pod is replaced. */
const behind = ["/api/book/MADEUSDT", "/risk/limits", "/signal/model", "/prometheus/-/ready"].map((path) => ({
  name: path,
  path,
  perSecond: 1,
  keep: false,
}));

export const isEntrance = ({ name }: Sent): boolean => /^(new|kept) /.test(name);

/** Of all streams together. */
export const total = (sent: Sent[]): Record<string, number> => {
  const sum: Record<string, number> = {};
  for (const { answers } of sent)
    for (const [how, count] of Object.entries(answers)) sum[how] = (sum[how] ?? 0) + count;
  return sum;
};

/** A program that does nothing, under a name of its own: every pod's sandbox runs a `pause`. */
async function idleImage(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "horizon-idle-"));
  const program = join(folder, "idle");
  copyFileSync(programFile(lab, "pause"), program);
  const image = scratchImage(program);
  rmSync(folder, { recursive: true });
  return push("idle", image);
}

const client = { namespace: "horizon-load", name: "client" };

/** The stack lets nobody of other namespaces in unless it is told to, as here by whoever owns the cluster. */
const letIn = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { namespace, name: client.namespace },
  spec: {
    podSelector: { matchLabels: { "app.kubernetes.io/name": "gateway" } },
    policyTypes: ["Ingress"],
    ingress: [{ from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": client.namespace } } }] }],
  },
};

/** A pod on every node that only holds a network namespace, and that a drain leaves. Returns that of one node. */
export async function clientPod(node: string): Promise<Pod> {
  const image = await idleImage();
  const labels = { app: client.name };
  const metadata = { ...client, labels };
  const template = { metadata: { labels }, spec: { containers: [{ name: "idle", image }] } };
  const items = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: client.namespace } },
    letIn,
    { apiVersion: "apps/v1", kind: "DaemonSet", metadata, spec: { selector: { matchLabels: labels }, template } },
  ];
  await kubectl(["apply", "--filename", "-"], { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });
  const args = ["get", "pods", "--namespace", client.namespace, "--output", "json"];
  return eventually("the load's pod", async () => {
    const { items: pods } = JSON.parse(await kubectl(args)) as { items: Pod[] };
    return pods.find(({ spec, status }) => spec.nodeName === node && status.podIP !== undefined);
  });
}

/** Starts it; `stop` gives what became of every request. */
export async function startLoad(from: Pod, authority: string): Promise<Load> {
  const address = ["get", "service", "gateway", "--namespace", namespace, "-o=jsonpath={.spec.clusterIP}"];
  const settings: Settings = {
    host: (await kubectl(address)).trim(),
    port: 8443,
    authority,
    streams: [...entrance, ...behind],
  };
  const command = [process.execPath, join(import.meta.dirname, "load-client.ts"), JSON.stringify(settings)];
  const [program = "", ...args] = inNetworkOf(from, command);
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  let out = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    stop: async () => {
      child.stdin.end();
      const code = await ended;
      if (code !== 0) throw new Error(`the load's client ended with ${code}`);
      return JSON.parse(out) as Sent[];
    },
  };
}
