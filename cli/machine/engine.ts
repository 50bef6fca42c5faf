/** A Docker engine that answers: found, or installed from the distribution and started. */

import { spawn } from "node:child_process";
import { existsSync, openSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { MachineUnfit } from "../errors.ts";
import { run, runOk } from "../process.ts";
import type { Report } from "../progress.ts";

export interface EngineInfo {
  version: string;
  apiVersion: string;
  cgroupVersion: string;
  os: string;
}

const defaultSocket = "/var/run/docker.sock";

/** The engine's address as the Docker clients read it: DOCKER_HOST, else the default socket. */
export const engineHost = (env: NodeJS.ProcessEnv = process.env): string =>
  env["DOCKER_HOST"] !== undefined && env["DOCKER_HOST"] !== "" ? env["DOCKER_HOST"] : `unix://${defaultSocket}`;

/** One GET to the engine's API over its socket; undefined when nothing answers within two seconds. Only unix sockets are asked. */
export function engineGet<T>(path: string, host = engineHost()): Promise<T | undefined> {
  if (!host.startsWith("unix://")) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const call = request({ socketPath: host.slice("unix://".length), path, timeout: 2000 }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve(response.statusCode === 200 ? (JSON.parse(body) as T) : undefined));
    });
    call.on("timeout", () => call.destroy());
    call.on("error", () => resolve(undefined));
    call.end();
  });
}

export async function engineInfo(host = engineHost()): Promise<EngineInfo | undefined> {
  if (!host.startsWith("unix://")) return remoteEngineInfo();
  const version = await engineGet<{ Version: string; ApiVersion: string }>("/version", host);
  if (version === undefined) return undefined;
  const info = await engineGet<{ CgroupVersion?: string; OperatingSystem?: string }>("/info", host);
  return {
    version: version.Version,
    apiVersion: version.ApiVersion,
    cgroupVersion: info?.CgroupVersion ?? "unknown",
    os: info?.OperatingSystem ?? "unknown",
  };
}

/** Other transports (ssh, tcp with TLS) are left to the Docker client, which knows their credentials. */
async function remoteEngineInfo(): Promise<EngineInfo | undefined> {
  const format = "{{.Server.Version}} {{.Server.APIVersion}}";
  const finished = await run("docker", ["version", "--format", format], { timeout: 20_000 }).catch(() => undefined);
  if (finished === undefined || finished.code !== 0) return undefined;
  const [version = "unknown", apiVersion = "unknown"] = finished.stdout.trim().split(" ");
  return { version, apiVersion, cgroupVersion: "unknown", os: "remote" };
}

/** Debian and its relatives by /etc/os-release; only there does this program install packages by itself. */
export function isDebianLike(osRelease: string): boolean {
  const ids = [...osRelease.matchAll(/^(?:ID|ID_LIKE)="?([^"\n]*)"?$/gm)].flatMap((m) => (m[1] ?? "").split(" "));
  return ids.includes("debian") || ids.includes("ubuntu");
}

export const readOsRelease = (): string =>
  existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";

/** Whether an engine may be installed and started here: no other one was chosen, and this is root's own Debian or Ubuntu. */
export const canInstallEngine = (env: NodeJS.ProcessEnv = process.env): boolean =>
  (env["DOCKER_HOST"] ?? "") === "" && process.getuid?.() === 0 && isDebianLike(readOsRelease());

/** Makes an engine answer. Installs and starts the distribution's where the user is root on Debian or Ubuntu; otherwise says what to do. */
export async function ensureEngine(log: string, report: Report): Promise<EngineInfo> {
  const found = await engineInfo();
  if (found !== undefined) return found;
  if (!canInstallEngine()) {
    throw new MachineUnfit({
      where: "docker engine",
      what: "no Docker engine answers",
      given: engineHost(),
      allowed: "a Docker engine with API 1.41 or newer that this user may reach",
      remedy: "start the engine (or set DOCKER_HOST), or run as root on Debian or Ubuntu to have it installed",
    });
  }
  if (!existsSync("/usr/sbin/dockerd") && !existsSync("/usr/bin/dockerd")) await installEngine(log, report);
  await startEngine(log, report);
  return await waitForEngine(log, report);
}

/** The distribution's package; cgroupfs-mount is what mounts the controllers where no systemd does. */
async function installEngine(log: string, report: Report): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  report("apt-get update");
  await runOk("apt-get", ["update", "-q"], { env, log, timeout: 300_000 });
  report("apt-get install docker.io");
  const packages = ["docker.io", "cgroupfs-mount", "iptables"];
  await runOk("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...packages], {
    env,
    log,
    timeout: 900_000,
  });
}

async function startEngine(log: string, report: Report): Promise<void> {
  if (existsSync("/run/systemd/system")) {
    report("systemctl start docker");
    await runOk("systemctl", ["start", "docker"], { log, timeout: 120_000 });
    return;
  }
  report("dockerd to start");
  if (existsSync("/usr/bin/cgroupfs-mount")) await run("cgroupfs-mount", [], { log, timeout: 30_000 });
  forgetDeadEngine();
  const out = openSync(log.replace(/\.log$/, "-dockerd.log"), "a", 0o600);
  const mtu = defaultRouteMtu();
  const args = mtu !== undefined && mtu < 1500 ? [`--mtu=${mtu}`] : [];
  // Detached: the engine outlives this command, as the one a service manager starts would.
  spawn("dockerd", args, { detached: true, stdio: ["ignore", out, out] }).unref();
}

/** An engine that was killed leaves its number behind; a new one refuses to start when that number belongs to any process. */
function forgetDeadEngine(file = "/var/run/docker.pid"): void {
  if (!existsSync(file)) return;
  const pid = readFileSync(file, "utf8").trim();
  const comm = `/proc/${pid}/comm`;
  if (!existsSync(comm) || readFileSync(comm, "utf8").trim() !== "dockerd") rmSync(file);
}

/** A bridge with a larger MTU than the way out loses large packets without a word. */
function defaultRouteMtu(): number | undefined {
  const route = readFileSync("/proc/net/route", "utf8")
    .split("\n")
    .map((line) => line.split("\t"));
  const device = route.find((fields) => fields[1] === "00000000")?.[0];
  if (device === undefined) return undefined;
  return Number(readFileSync(`/sys/class/net/${device}/mtu`, "utf8"));
}

async function waitForEngine(log: string, report: Report): Promise<EngineInfo> {
  const deadline = Date.now() + 90_000;
  while (Date.now() < deadline) {
    const info = await engineInfo();
    if (info !== undefined) return info;
    report("the Docker engine to answer");
    await sleep(300);
  }
  throw new MachineUnfit({
    where: "docker engine",
    what: "the Docker engine was started but does not answer",
    given: engineHost(),
    allowed: "an answer within 90 s",
    remedy: `read ${log.replace(/\.log$/, "-dockerd.log")} for its own words`,
  });
}
