/** Reads what the checks judge: the only place in doctor/ that touches the machine. */
import { existsSync, readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { canInstallEngine, type EngineInfo, engineGet, engineInfo } from "../machine/engine.ts";
import { stateDir } from "../paths.ts";
import { run } from "../process.ts";

export interface Facts {
  engine: EngineInfo | undefined;
  /** Whether `up` can make one answer by itself. */
  engineComes: boolean;
  /** Names of the cgroup controllers that the kernel offers. */
  controllers: string[];
  memoryAvailable: number;
  diskFree: number;
  diskPath: string;
  stateFree: number;
  statePath: string;
  /** Host ports that the stack wants and another program holds. */
  portsTaken: number[];
  caBundle: string | undefined;
  registries: { name: string; url: string; reachable: boolean }[];
  /** Seconds that this clock is ahead of the first registry's; undefined where none answered. */
  clockAhead: number | undefined;
  hugePages: { total: number; sizeKiB: number };
  /** Whether containers may be given a larger RLIMIT_MEMLOCK than this process has. */
  canRaiseLimits: boolean;
}

const bundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

const read = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "");

export async function gatherFacts(ports: number[], bindAddress: string): Promise<Facts> {
  const dockerRoot = (await engineGet<{ DockerRootDir?: string }>("/info"))?.DockerRootDir;
  const diskPath = dockerRoot !== undefined && existsSync(dockerRoot) ? dockerRoot : "/";
  const statePath = stateDir();
  const [engine, disk, stateDisk, portsTaken, probes] = await Promise.all([
    engineInfo(),
    statfs(diskPath),
    statfs(nearest(statePath)),
    takenPorts(ports, bindAddress),
    probeRegistries(),
  ]);
  return {
    engine,
    engineComes: canInstallEngine(),
    controllers: controllers(),
    memoryAvailable: Number(/^MemAvailable:\s+(\d+)/m.exec(read("/proc/meminfo"))?.[1] ?? 0) * 1024,
    diskFree: disk.bavail * disk.bsize,
    diskPath,
    stateFree: stateDisk.bavail * stateDisk.bsize,
    statePath,
    portsTaken,
    caBundle: bundles.find(existsSync),
    registries: probes.map(({ name, url, date }) => ({ name, url, reachable: date !== undefined })),
    clockAhead: clockAhead(probes.map(({ date }) => date)),
    hugePages: {
      total: Number(/^HugePages_Total:\s+(\d+)/m.exec(read("/proc/meminfo"))?.[1] ?? 0),
      sizeKiB: Number(/^Hugepagesize:\s+(\d+)/m.exec(read("/proc/meminfo"))?.[1] ?? 2048),
    },
    canRaiseLimits: hasCapability(read("/proc/self/status"), 24),
  };
}

/** The folder itself, or the first above it that is there. */
const nearest = (path: string): string => (existsSync(path) ? path : nearest(dirname(path)));

function controllers(): string[] {
  const unified = read("/sys/fs/cgroup/cgroup.controllers").trim();
  if (unified !== "") return unified.split(/\s+/);
  const rows = read("/proc/cgroups")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  return rows.map((row) => row.split("\t")).flatMap(([name = "", , , enabled]) => (enabled === "1" ? [name] : []));
}

/** Capability number in the effective set of a /proc/<pid>/status text. */
export const hasCapability = (status: string, number: number): boolean =>
  ((BigInt(`0x${/^CapEff:\s+([0-9a-f]+)/m.exec(status)?.[1] ?? "0"}`) >> BigInt(number)) & 1n) === 1n;

async function takenPorts(ports: number[], address: string): Promise<number[]> {
  const held = await Promise.all(ports.map(async (port) => ((await isFree(port, address)) ? [] : [port])));
  return held.flat();
}

const isFree = (port: number, address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, address, () => server.close(() => resolve(true)));
  });

/** The package registries as the clients' own settings name them; none is written here. */
async function registryUrls(): Promise<{ name: string; url: string }[]> {
  const asked: [string, string, string[]][] = [
    ["npm", "npm", ["config", "get", "registry"]],
    ["Go modules", "go", ["env", "GOPROXY"]],
    ["Debian packages", "apt-get", ["indextargets", "--format", "$(SITE)"]],
    ["PyPI", "python3", ["-m", "pip", "config", "get", "global.index-url"]],
  ];
  const urls = asked.map(async ([name, command, args]) => {
    const out = await run(command, args, { timeout: 20_000 }).catch(() => undefined);
    const url = /https?:\/\/[^\s,|]+/.exec(out?.stdout ?? "")?.[0];
    return url === undefined ? [] : [{ name, url }];
  });
  return (await Promise.all(urls)).flat();
}

async function probeRegistries(): Promise<{ name: string; url: string; date: string | undefined }[]> {
  const probes = (await registryUrls()).map(async ({ name, url }) => ({ name, url, date: await dateOf(url) }));
  return await Promise.all(probes);
}

/** Any answer counts as reachable; its Date header tells the registry's clock. */
async function dateOf(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { method: "HEAD", redirect: "manual", signal: AbortSignal.timeout(5000) });
    return response.headers.get("date") ?? "";
  } catch {
    return undefined;
  }
}

function clockAhead(dates: (string | undefined)[]): number | undefined {
  const date = dates.find((text) => text !== undefined && text !== "");
  return date === undefined ? undefined : (Date.now() - Date.parse(date)) / 1000;
}
