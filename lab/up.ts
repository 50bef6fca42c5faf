/** Brings the lab up, step by step; what is there already is left alone, so an interrupted run goes on. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addons } from "./addons.ts";
import { TABLE } from "./agent/nft.ts";
import { ensureCertificates } from "./certificates.ts";
import { apiserver, controllerManager, etcd, scheduler } from "./control-plane.ts";
import { LabError } from "./errors.ts";
import { takeHost } from "./host.ts";
import { push, scratchImage } from "./image.ts";
import { writeKubeconfigs } from "./kubeconfig.ts";
import { API, adminKubeconfig, type Lab, type LabStep, nodeData, REGISTRY, type Report, settings } from "./lab.ts";
import { enter, inside, nodeRuns, startNode } from "./node.ts";
import { ensurePackages, type Packages } from "./packages.ts";
import { fault, pidOf, start, until } from "./process.ts";
import { clusterPrograms, ensurePrograms, programFile } from "./programs.ts";
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

/** For a busy machine; on a quiet one every wait ends within seconds. */
const PATIENCE_S = 180;
const AGENT = join(import.meta.dirname, "agent", "main.ts");

export function upSteps(): LabStep[] {
  let packages: Packages | undefined;
  const found = (): Packages => packages as Packages; // set by the first step
  return [
    {
      title: "Packages",
      run: async (lab, report) => {
        requireRoot();
        packages = await ensurePackages(lab, report);
        return undefined;
      },
    },
    { title: "Kubernetes", run: (lab, report) => ensurePrograms(lab, clusterPrograms, report) },
    { title: "Certificates", run: prepareFiles },
    { title: "Node", run: makeNode },
    { title: "Registry", run: (lab, report) => startRegistry(lab, found(), report) },
    { title: "Control plane", run: (lab, report) => startControlPlane(lab, found(), report) },
    { title: "Kubelet", run: (lab, report) => startWorker(lab, found(), report) },
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
  mkdirSync(settings(lab, "cni"), { recursive: true });
  const write = (file: string, value: unknown) => writeChanged(settings(lab, file), `${JSON.stringify(value)}\n`);
  write("cni/10-lab.conflist", cniSettings());
  write("kubelet.json", kubeletSettings(lab));
  write("proxy.json", proxySettings(lab));
  write("registry.json", registrySettings(join(lab.home, "registry")));
}

/** kube-proxy ends when its settings are written, be they the same. */
function writeChanged(file: string, content: string): void {
  if (!existsSync(file) || readFileSync(file, "utf8") !== content) writeFileSync(file, content);
}

async function makeNode(lab: Lab): Promise<string> {
  if (!nodeRuns(lab)) {
    // Cores and addresses given to pods that no longer run.
    for (const state of ["kubelet/cpu_manager_state", "kubelet/memory_manager_state", "cni"]) {
      rmSync(join(nodeData(lab), state), { recursive: true, force: true });
    }
  }
  await startNode(lab, programFile(lab, "pause"));
  return `${takeHost(lab)} huge pages`;
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
  await start(lab, "node-registry", enter(lab, registry(lab, program)));
  return REGISTRY;
}

async function startControlPlane(lab: Lab, packages: Packages, report: Report) {
  await start(lab, "etcd", enter(lab, etcd(packages.etcd)));
  const ready = async () => (await kubectl(lab, ["get", "--raw", "/readyz"])).code === 0;
  await runInNode(lab, "kube-apiserver", apiserver(lab), { what: "API server ready", ready, report });
  await start(lab, "kube-controller-manager", enter(lab, controllerManager(lab)));
  await start(lab, "kube-scheduler", enter(lab, scheduler(lab)));
  // It is waited for last: Node takes its time to load the client.
  await start(lab, "agent", enter(lab, agent(lab)));
  return API;
}

async function startWorker(lab: Lab, packages: Packages, report: Report) {
  const pause = await push("pause", scratchImage(programFile(lab, "pause")));
  writeChanged(settings(lab, "containerd.toml"), containerdSettings(lab, packages.cniDir, pause));
  const listens = async () => (await inside(lab, ["test", "-S", SOCKET])).code === 0;
  const runtime = containerd(lab, packages.containerd);
  await runInNode(lab, "containerd", runtime, { what: "containerd's socket", ready: listens, report });
  const condition = '-o=jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}';
  const ready = async () => (await kubectl(lab, ["get", "nodes", condition])).stdout.includes("True");
  await runInNode(lab, "kubelet", kubelet(lab), { what: "node ready", ready, report });
  const proxied = () => hasTable(lab, "ip kube-proxy");
  await runInNode(lab, "kube-proxy", proxy(lab), { what: "kube-proxy's rules", ready: proxied, report });
  return undefined;
}

async function startAddons(lab: Lab, report: Report) {
  const image = await push("coredns", scratchImage(programFile(lab, "coredns")));
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: addons(image) });
  const applied = await kubectl(lab, ["apply", "--server-side", "--force-conflicts", "-f", "-"], { input });
  if (applied.code !== 0) throw fault(lab, "kube-apiserver", applied.stderr);
  const enforced = () => hasTable(lab, TABLE);
  await runInNode(lab, "agent", agent(lab), { what: "policy rules", ready: enforced, report });
  const dns = ["-n", "kube-system", "get", "deployment", "coredns", "-o=jsonpath={.status.readyReplicas}"];
  await until(
    "DNS ready",
    PATIENCE_S,
    async () => (await kubectl(lab, dns)).stdout === "1" || "its pod is not",
    report,
  );
  return undefined;
}

const agent = (lab: Lab): string[] => [process.execPath, AGENT, adminKubeconfig(lab)];

interface Readiness {
  what: string;
  ready: () => Promise<boolean>;
  report: Report;
}

const runInNode = (lab: Lab, name: string, command: string[], readiness: Readiness) =>
  run(lab, name, enter(lab, command), readiness);

/** Starts a program and waits until it is ready; one that was about to end when it was found is started once more. */
async function run(lab: Lab, name: string, command: string[], { what, ready, report }: Readiness) {
  let starts = 0;
  await until(
    what,
    PATIENCE_S,
    async () => {
      if (pidOf(lab, name) === undefined) {
        if (starts === 2) throw fault(lab, name, "it has ended twice");
        starts += 1;
        await start(lab, name, command);
      }
      return (await ready()) || "not yet";
    },
    report,
  );
}

const hasTable = async (lab: Lab, table: string): Promise<boolean> =>
  (await inside(lab, ["nft", "list", "table", ...table.split(" ")])).code === 0;

const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    () => true,
    () => false,
  );
