/**
 * A real API server for tests: etcd, kube-apiserver and kube-controller-manager on loopback ports and data of their own,
 * with the programs that the lab has built. HORIZON_CONFORMANCE_KUBECONFIG names any other cluster to use instead.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const START_MS = 60_000;
const STOP_MS = 30_000;

export interface TestCluster {
  /** Path of a kubeconfig with every right. */
  kubeconfig: string;
  /** Whether controllers run, without which nothing becomes ready and foreground deletion never ends. */
  controllers: boolean;
  stop: () => Promise<void>;
}

interface Programs {
  etcd: string;
  "kube-apiserver": string;
  "kube-controller-manager": string | undefined;
  /** Beside the usual ones. */
  managerArguments?: string[];
}

/** Undefined where neither a cluster is named nor the lab has built one. */
export function findPrograms(environment: NodeJS.ProcessEnv = process.env): Programs | undefined {
  const lab = join(environment.XDG_CACHE_HOME || join(homedir(), ".cache"), "cipherhorizon", "lab");
  const built = (name: string) => {
    const folders = existsSync(lab)
      ? readdirSync(lab)
          .filter((entry) => entry.startsWith(`${name}-v`))
          .sort()
      : [];
    return folders.map((folder) => join(lab, folder, name)).findLast(existsSync);
  };
  const etcd = join(lab, "debian", "etcd", "usr", "bin", "etcd");
  const apiserver = built("kube-apiserver");
  if (!apiserver || !existsSync(etcd)) return undefined;
  return { etcd, "kube-apiserver": apiserver, "kube-controller-manager": built("kube-controller-manager") };
}

export async function startCluster(programs: Programs): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), "test-cluster-"));
  const children: ChildProcess[] = [];
  const run = (name: string, program: string, args: string[]) => {
    const log = openSync(join(folder, `${name}.log`), "w");
    const child = spawn(program, args, { stdio: ["ignore", log, log] });
    children.unshift(child);
    return child;
  };
  const stop = async () => {
    for (const child of children) await end(child);
    rmSync(folder, { recursive: true });
  };
  try {
    const [client = 0, peer = 0, secure = 0, manager = 0] = await freePorts(4);
    run("etcd", programs.etcd, etcdArguments(folder, client, peer));
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, kubeconfigOf(secure), { mode: 0o600 });
    const apiserver = run("apiserver", programs["kube-apiserver"], apiserverArguments(folder, client, secure));
    await ready(secure, apiserver, join(folder, "apiserver.log"));
    const controllers = programs["kube-controller-manager"];
    if (controllers)
      run("controllers", controllers, [
        ...managerArguments(folder, kubeconfig, manager),
        ...(programs.managerArguments ?? []),
      ]);
    return { kubeconfig, controllers: controllers !== undefined, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function etcdArguments(folder: string, client: number, peer: number): string[] {
  const [own, peers] = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`];
  return [
    ...["--data-dir", join(folder, "etcd"), "--name=test", "--log-level=error"],
    // The data live as long as the test.
    "--unsafe-no-fsync",
    ...[`--listen-client-urls=${own}`, `--advertise-client-urls=${own}`, `--listen-peer-urls=${peers}`],
    ...[`--initial-advertise-peer-urls=${peers}`, `--initial-cluster=test=${peers}`],
  ];
}

function apiserverArguments(folder: string, etcd: number, secure: number): string[] {
  const { privateKey, publicKey } = generateKeyPairSync("ec", {
    namedCurve: "prime256v1",
    privateKeyEncoding: { type: "sec1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  writeFileSync(join(folder, "sa.key"), privateKey, { mode: 0o600 });
  writeFileSync(join(folder, "sa.pub"), publicKey);
  writeFileSync(join(folder, "tokens.csv"), "test-token,test,test,system:masters\n", { mode: 0o600 });
  return [
    ...[`--etcd-servers=http://127.0.0.1:${etcd}`, `--secure-port=${secure}`, "--bind-address=127.0.0.1"],
    ...[
      "--advertise-address=127.0.0.1",
      "--endpoint-reconciler-type=none",
      `--cert-dir=${join(folder, "certificates")}`,
    ],
    ...[
      "--service-cluster-ip-range=10.96.0.0/16",
      "--authorization-mode=RBAC",
      // As clusters have it: what may be privileged is then decided by Pod Security.
      "--allow-privileged=true",
      `--token-auth-file=${join(folder, "tokens.csv")}`,
    ],
    ...[
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${join(folder, "sa.pub")}`,
    ],
    `--service-account-signing-key-file=${join(folder, "sa.key")}`,
  ];
}

function managerArguments(folder: string, kubeconfig: string, port: number): string[] {
  return [
    ...[
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
    ],
    ...["--bind-address=127.0.0.1", `--secure-port=${port}`, "--leader-elect=false", `--cert-dir=${folder}`],
    `--service-account-private-key-file=${join(folder, "sa.key")}`,
  ];
}

function kubeconfigOf(port: number): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [{ name: "test", cluster: { server: `https://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    users: [{ name: "test", user: { token: "test-token" } }],
  });
}

async function ready(port: number, apiserver: ChildProcess, log: string): Promise<void> {
  const end = Date.now() + START_MS;
  while (Date.now() < end && apiserver.exitCode === null) {
    if (await answers(port)) return;
    await sleep(200);
  }
  const last = readFileSync(log, "utf8").trimEnd().split("\n").slice(-5).join("\n");
  throw new Error(`kube-apiserver did not get ready: exit ${apiserver.exitCode}\n${last}`);
}

/** Its certificate is of its own making, so the request is made by hand. */
async function answers(port: number): Promise<boolean> {
  const { request } = await import("node:https");
  return new Promise((resolve) => {
    const headers = { Authorization: "Bearer test-token" };
    const options = { host: "127.0.0.1", port, path: "/readyz", rejectUnauthorized: false, headers };
    request(options, (response) => resolve(response.resume().statusCode === 200))
      .on("error", () => resolve(false))
      .end();
  });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await gone;
  clearTimeout(late);
}
