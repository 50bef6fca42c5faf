/** Brings the lab up, step by step; what is there already is left alone, so an interrupted run goes on. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addons } from "./addons.ts";
import { TABLE } from "./agent/nft.ts";
import { ensureCertificates } from "./certificates.ts";
import { apiserver, controllerManager, etcd, scheduler } from "./control-plane.ts";
import { keepCount, nodesOf } from "./count.ts";
import { LabError } from "./errors.ts";
import { takeHost } from "./host.ts";
import { push, scratchImage } from "./image.ts";
import { writeKubeconfigs } from "./kubeconfig.ts";
import {
  API,
  adminKubeconfig,
  cgroupOf,
  type Lab,
  type LabNode,
  type LabStep,
  nodeData,
  nodeSettings,
  REGISTRY,
  type Report,
  settings,
} from "./lab.ts";
import { enter, inside, nodeRuns, startNode } from "./node.ts";
import { ensurePackages, type Packages } from "./packages.ts";
import { fault, pidOf, start, until } from "./process.ts";
import { clusterPrograms, ensurePrograms, programFile } from "./programs.ts";
import { answers, hasTable, PATIENCE_S, run, runInNode } from "./start.ts";
import { kubectl } from "./status.ts";
import {
  cniSettings,
  containerd,
  containerdSettings,
  kubelet,
  kubeletSettings,
  proxy,
  proxySettings,
  registry,
  registrySettings,
  SOCKET,
} from "./worker.ts";

const AGENT = join(import.meta.dirname, "agent", "main.ts");

/** Without a number, as many nodes as there were. */
export function upSteps(wanted?: number): LabStep[] {
  let packages: Packages | undefined;
  const found = (): Packages => packages as Packages; // set by the first step
  return [
    {
      title: "Packages",
      run: async (lab, report) => {
        requireRoot();
        keepCount(lab, wanted);
        packages = await ensurePackages(lab, report);
        return undefined;
      },
    },
    { title: "Kubernetes", run: (lab, report) => ensurePrograms(lab, clusterPrograms, report) },
    { title: "Certificates", run: prepareFiles },
    { title: "Nodes", run: makeNodes },
    { title: "Registry", run: (lab, report) => startRegistry(lab, found(), report) },
    { title: "Control plane", run: (lab, report) => startControlPlane(lab, found(), report) },
    { title: "Kubelets", run: (lab, report) => startWorkers(lab, found(), report) },
    { title: "DNS, storage, policies", run: startAddons },
  ];
}

function requireRoot(): void {
  if (process.platform === "linux" && process.getuid?.() === 0) return;
  throw new LabError({
    what: "the lab makes namespaces, mounts and network links",
    given: `${process.platform}, user ${process.getuid?.() ?? "unknown"}`,
    allowed: "root on Linux",
    remedy: "run it as root, or use a cluster of your own: `horizon lab up --kubeconfig FILE`",
  });
}

async function prepareFiles(lab: Lab): Promise<undefined> {
  mkdirSync(lab.home, { recursive: true, mode: 0o700 });
  await ensureCertificates(lab);
  writeKubeconfigs(lab);
  const write = (file: string, value: unknown) => writeChanged(file, `${JSON.stringify(value)}\n`);
  for (const node of nodesOf(lab)) {
    mkdirSync(nodeSettings(lab, node, "cni"), { recursive: true });
    write(nodeSettings(lab, node, "cni/10-lab.conflist"), cniSettings(node));
    write(nodeSettings(lab, node, "kubelet.json"), kubeletSettings(lab, node));
    write(nodeSettings(lab, node, "proxy.json"), proxySettings(lab, node));
  }
  write(settings(lab, "registry.json"), registrySettings(join(lab.home, "registry")));
}

/** kube-proxy ends when its settings are written, be they the same. */
function writeChanged(file: string, content: string): void {
  if (!existsSync(file) || readFileSync(file, "utf8") !== content) writeFileSync(file, content);
}

async function makeNodes(lab: Lab): Promise<string> {
  for (const node of nodesOf(lab)) {
    if (!nodeRuns(lab, node)) {
      // Cores and addresses given to pods that no longer run.
      for (const state of ["kubelet/cpu_manager_state", "kubelet/memory_manager_state", "cni"]) {
        rmSync(join(nodeData(lab, node), state), { recursive: true, force: true });
      }
    }
    await startNode(lab, node, programFile(lab, "pause"));
  }
  const pages = takeHost(lab, nodesOf(lab).map(cgroupOf));
  return `${nodesOf(lab).length}, ${pages} huge pages`;
}

async function startRegistry(lab: Lab, { registry: program }: Packages, report: Report) {
  if (pidOf(lab, "registry") === undefined && (await answers(`http://${REGISTRY}/v2/`))) {
    throw new LabError({
      what: "the address of the lab's registry is taken",
      given: `another program answers at ${REGISTRY}`,
      allowed: "a free port on loopback",
      remedy: `stop it: \`ss -ltnp "sport = :${REGISTRY.split(":")[1]}"\` names it`,
    });
  }
  const serves = () => answers(`http://${REGISTRY}/v2/`);
  await run(lab, "registry", registry(lab, program), { what: `registry at ${REGISTRY}`, ready: serves, report });
  for (const node of nodesOf(lab)) {
    await start(lab, `node-registry${node.suffix}`, enter(lab, registry(lab, program), node));
  }
  return REGISTRY;
}

async function startControlPlane(lab: Lab, packages: Packages, report: Report) {
  await start(lab, "etcd", enter(lab, etcd(packages.etcd)));
  const ready = async () => (await kubectl(lab, ["get", "--raw", "/readyz"])).code === 0;
  await runInNode(lab, "kube-apiserver", apiserver(lab), { what: "API server ready", ready, report });
  await start(lab, "kube-controller-manager", enter(lab, controllerManager(lab)));
  await start(lab, "kube-scheduler", enter(lab, scheduler(lab)));
  // They are waited for last: Node takes its time to load the client.
  for (const node of nodesOf(lab)) await start(lab, `agent${node.suffix}`, enter(lab, agent(lab, node), node));
  return API;
}

async function startWorkers(lab: Lab, packages: Packages, report: Report) {
  const pause = await push("pause", scratchImage(programFile(lab, "pause")));
  for (const node of nodesOf(lab)) await startWorker(lab, node, packages, pause, report);
  return undefined;
}

async function startWorker(lab: Lab, node: LabNode, packages: Packages, pause: string, report: Report) {
  const { name } = node;
  const runtimeSettings = containerdSettings(lab, node, packages.cniDir, pause);
  writeChanged(nodeSettings(lab, node, "containerd.toml"), runtimeSettings);
  const listens = async () => (await inside(lab, ["test", "-S", SOCKET], { node })).code === 0;
  const runtime = containerd(lab, node, packages.containerd);
  await runInNode(lab, "containerd", runtime, { what: `containerd's socket on ${name}`, ready: listens, report }, node);
  const condition = '-o=jsonpath={.status.conditions[?(@.type=="Ready")].status}';
  const ready = async () => (await kubectl(lab, ["get", "node", name, condition])).stdout === "True";
  await runInNode(lab, "kubelet", kubelet(lab, node), { what: `${name} ready`, ready, report }, node);
  const proxied = () => hasTable(lab, node, "ip kube-proxy");
  const rules = { what: `kube-proxy's rules on ${name}`, ready: proxied, report };
  await runInNode(lab, "kube-proxy", proxy(lab, node), rules, node);
}

async function startAddons(lab: Lab, report: Report) {
  const image = await push("coredns", scratchImage(programFile(lab, "coredns")));
  const nodes = nodesOf(lab);
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: addons(image, nodes.length) });
  const applied = await kubectl(lab, ["apply", "--server-side", "--force-conflicts", "-f", "-"], { input });
  if (applied.code !== 0) throw fault(lab, "kube-apiserver", applied.stderr);
  for (const node of nodes) {
    const enforced = () => hasTable(lab, node, TABLE);
    await runInNode(
      lab,
      "agent",
      agent(lab, node),
      { what: `policy rules on ${node.name}`, ready: enforced, report },
      node,
    );
  }
  const dns = ["-n", "kube-system", "get", "deployment", "coredns", "-o=jsonpath={.status.readyReplicas}"];
  await until(
    "DNS ready",
    PATIENCE_S,
    async () => (await kubectl(lab, dns)).stdout === String(nodes.length) || "its pods are not",
    report,
  );
  return undefined;
}

const agent = (lab: Lab, { name }: LabNode): string[] => [process.execPath, AGENT, adminKubeconfig(lab), name];
