/** What the lab takes from the distribution: found on the machine, else from Debian's packages. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync } from "node:fs";
import { delimiter, join } from "node:path";
import { command } from "../toolchain/command.ts";
import { LabError } from "./errors.ts";
import type { Lab, Report } from "./lab.ts";
import { call } from "./process.ts";

/** Programs and the packages that bring them; installing these starts nothing that the lab could collide with. */
const INSTALLED = {
  containerd: "containerd",
  runc: "runc",
  nft: "nftables",
  ip: "iproute2",
  openssl: "openssl",
  unshare: "util-linux",
  nsenter: "util-linux",
  sysctl: "procps",
} as const;

const CNI = { package: "containernetworking-plugins", dirs: ["/usr/lib/cni", "/opt/cni/bin"], plugin: "ptp" };

/** Their packages would start a service when installed, so they are unpacked into the cache instead. */
const UNPACKED = { etcd: "etcd-server", "docker-registry": "docker-registry" } as const;

export interface Packages {
  etcd: string;
  registry: string;
  containerd: string;
  cniDir: string;
}

const SYSTEM_PATH = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

function find(program: string): string | undefined {
  const dirs = [...(process.env["PATH"] ?? "").split(delimiter), ...SYSTEM_PATH];
  return dirs.map((dir) => join(dir, program)).find(existsSync);
}

const cniDir = (): string | undefined => CNI.dirs.find((dir) => existsSync(join(dir, CNI.plugin)));
const unpacked = (lab: Lab, program: string): string => join(lab.cache, "debian", program, "usr", "bin", program);

export async function ensurePackages(lab: Lab, report: Report): Promise<Packages> {
  const absent = Object.entries(INSTALLED).filter(([program]) => find(program) === undefined);
  const packages = new Set(absent.map(([, name]) => name as string));
  if (cniDir() === undefined) packages.add(CNI.package);
  const toUnpack = (Object.keys(UNPACKED) as (keyof typeof UNPACKED)[]).filter(
    (program) => find(program) === undefined && !existsSync(unpacked(lab, program)),
  );
  if (packages.size > 0 || toUnpack.length > 0) {
    await requireApt([...packages, ...toUnpack.map((program) => UNPACKED[program])]);
    await apt(lab, ["update", "-qq"], report);
  }
  if (packages.size > 0) await apt(lab, ["install", "-y", "-qq", "--no-install-recommends", ...packages], report);
  for (const program of toUnpack) await unpack(lab, program, report);
  const there = (program: string): string => find(program) ?? unpacked(lab, program);
  return {
    etcd: there("etcd"),
    registry: there("docker-registry"),
    containerd: there("containerd"),
    cniDir: cniDir() ?? "",
  };
}

async function requireApt(packages: string[]): Promise<void> {
  if ((await call("apt-get", ["--version"])).code === 0) return;
  throw new LabError({
    what: "programs that the lab runs are not on this machine",
    given: `without apt-get; missing are those of Debian's ${packages.join(", ")}`,
    allowed: "a Debian or Ubuntu machine where they can be installed, or the programs on PATH",
    remedy: "install them, or use a cluster of your own: `horizon lab up --kubeconfig FILE`",
  });
}

const apt = (lab: Lab, args: string[], report: Report, cwd?: string): Promise<string> =>
  command("apt-get", args, {
    log: lab.log,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    onLine: report,
    remedy: "see that apt-get update and install work for root, then run the command again",
    ...(cwd === undefined ? {} : { cwd }),
  });

async function unpack(lab: Lab, program: keyof typeof UNPACKED, report: Report): Promise<void> {
  mkdirSync(join(lab.cache, "debian"), { recursive: true });
  const draft = mkdtempSync(join(lab.cache, "tmp-"));
  await apt(lab, ["download", "-qq", UNPACKED[program]], report, draft);
  const archive = readdirSync(draft).find((file) => file.endsWith(".deb")) ?? "";
  const options = { log: lab.log, onLine: report, cwd: draft, remedy: "run the command again" };
  await command("dpkg-deb", ["-x", archive, "content"], options);
  renameSync(join(draft, "content"), join(lab.cache, "debian", program));
}
