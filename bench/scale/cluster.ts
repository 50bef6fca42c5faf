/**
 * A control plane of this run's own on loopback, from the lab's programs, with nodes that kwok simulates: to the API they are as any
 * other, and their pods are ready at once. Nothing runs in it, so it measures what deploys and not what is deployed.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runOk } from "../../cli/process.ts";
import { cacheDir, type Lab, NODE_POOL } from "../../lab/lab.ts";
import { ensurePackages } from "../../lab/packages.ts";
import { ensurePrograms, type Program, programFile } from "../../lab/programs.ts";
import { simulatedNode } from "../../lab/simulate.ts";
import { registrySettings } from "../../lab/worker.ts";
import { startCluster } from "../../toolchain/kubernetes/test-cluster.ts";

export interface SimulatedCluster {
  kubeconfig: string;
  /** Where images are pushed. Nobody pulls them. */
  registry: string;
  /** So many nodes are there and ready afterwards, all of them the engine's pool too. */
  nodes: (count: number) => Promise<void>;
  stop: () => Promise<void>;
}

const programs: Program[] = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl", "kwok"];
const [schedulerPort, registryAddress] = [41_259, "127.0.0.1:41077"];

/** By default the clients of the control plane wait for their own limits, and so would every curve. */
const unhurried = ["--kube-api-qps=500", "--kube-api-burst=1000"];

export async function startSimulated(say: (text: string) => void): Promise<SimulatedCluster> {
  const home = mkdtempSync(join(tmpdir(), "horizon-scale-cluster-"));
  const lab: Lab = { home, cache: cacheDir(), log: join(home, "build.log") };
  const packages = await ensurePackages(lab, say);
  await ensurePrograms(lab, programs, say);
  const { kubeconfig, stop } = await startCluster({
    etcd: packages.etcd,
    "kube-apiserver": programFile(lab, "kube-apiserver"),
    "kube-controller-manager": programFile(lab, "kube-controller-manager"),
    // Simulated nodes renew late, so that a thousand of them leave the API server time for the rest.
    managerArguments: [...unhurried, "--node-monitor-grace-period=400s"],
  });
  const children = [
    start(home, programFile(lab, "kube-scheduler"), schedulerArguments(kubeconfig)),
    start(home, programFile(lab, "kwok"), kwokArguments(kubeconfig)),
    start(home, packages.registry, ["serve", registryFile(home)]),
  ];
  const kubectl = async (args: string[], input?: string): Promise<string> => {
    const all = ["--kubeconfig", kubeconfig, ...args];
    const options = { timeout: 600_000, ...(input !== undefined && { input }) };
    return (await runOk(programFile(lab, "kubectl"), all, options)).stdout;
  };
  await kubectl(["apply", "--filename", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: storage() }));
  return {
    kubeconfig,
    registry: registryAddress,
    nodes: (count) =>
      ensureNodes(count, kubectl, () => {
        const ended = children.find(({ exitCode }) => exitCode !== null);
        if (ended) throw new Error(`${ended.spawnfile} has ended, see ${join(home, "programs.log")}`);
      }),
    stop: async () => {
      await Promise.all(children.map(end));
      await stop();
      rmSync(home, { recursive: true });
    },
  };
}

function start(home: string, program: string, args: string[]): ChildProcess {
  const log = openSync(join(home, "programs.log"), "a");
  return spawn(program, args, { stdio: ["ignore", log, log] });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

const schedulerArguments = (kubeconfig: string): string[] => [
  `--kubeconfig=${kubeconfig}`,
  "--bind-address=127.0.0.1",
  `--secure-port=${schedulerPort}`,
  "--leader-elect=false",
  ...unhurried,
];

const kwokArguments = (kubeconfig: string): string[] => [
  `--kubeconfig=${kubeconfig}`,
  `--config=${join(import.meta.dirname, "..", "..", "lab", "kwok", "stages.yaml")}`,
  "--manage-all-nodes=true",
  "--node-lease-duration-seconds=160",
  "--cidr=100.64.0.0/12",
  "--v=WARN",
];

function registryFile(home: string): string {
  const file = join(home, "registry.json");
  const settings = registrySettings(join(home, "registry")) as object;
  writeFileSync(file, JSON.stringify({ ...settings, http: { addr: registryAddress } }));
  return file;
}

/** As a cluster's default, so that claims are bound; more volumes than one stack has claims. */
function storage(): unknown[] {
  const name = "simulated";
  const isDefault = { "storageclass.kubernetes.io/is-default-class": "true" };
  const volume = (number: number) => ({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `${name}-${number}` },
    spec: {
      storageClassName: name,
      capacity: { storage: "100Gi" },
      accessModes: ["ReadWriteOnce"],
      hostPath: { path: `/simulated/${number}` },
    },
  });
  return [
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name, annotations: isDefault },
      provisioner: "kubernetes.io/no-provisioner",
      volumeBindingMode: "Immediate",
    },
    ...Array.from({ length: 10 }, (_, number) => volume(number)),
  ];
}

/** Only ever more of them. */
async function ensureNodes(
  count: number,
  kubectl: (args: string[], input?: string) => Promise<string>,
  check: () => void,
): Promise<void> {
  const items = Array.from({ length: count }, (_, number) => asPool(simulatedNode(number)));
  await kubectl(
    ["apply", "--server-side", "--filename", "-"],
    JSON.stringify({ apiVersion: "v1", kind: "List", items }),
  );
  const ready = '--output=jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}';
  for (let waited = 0; waited < 300; waited += 1) {
    const states = (await kubectl(["get", "nodes", ready])).split(" ").filter((state) => state.trim() === "True");
    if (states.length === count) return;
    check();
    await sleep(1000);
  }
  throw new Error(`${count} simulated nodes did not get ready`);
}

function asPool(node: ReturnType<typeof simulatedNode>): unknown {
  const labels = { ...node.metadata.labels, [NODE_POOL.label]: NODE_POOL.value };
  return { ...node, metadata: { ...node.metadata, labels }, spec: {} };
}
