import { describe, expect, it } from "vitest";
import { judge } from "./checks.ts";
import { type Facts, hasCapability } from "./facts.ts";
import { type State, table } from "./finding.ts";

const GiB = 1024 ** 3;

const engine = { version: "20.10.24", apiVersion: "1.41", cgroupVersion: "1", os: "Debian" };

const good: Facts = {
  engine,
  engineComes: false,
  controllers: ["cpu", "cpuset", "memory", "hugetlb"],
  memoryAvailable: 8 * GiB,
  diskFree: 50 * GiB,
  diskPath: "/var/lib/docker",
  stateFree: 50 * GiB,
  statePath: "/home/user/.local/state",
  portsTaken: [],
  caBundle: "/etc/ssl/certs/ca-certificates.crt",
  registries: [{ name: "npm", url: "https://registry.example/", reachable: true }],
  clockAhead: 1,
  hugePages: { total: 64, sizeKiB: 2048 },
  canRaiseLimits: true,
};

const verdict = (change: Partial<Facts>, check: string): State | undefined =>
  judge({ ...good, ...change }).find((finding) => finding.check === check)?.state;

describe("doctor", () => {
  it("finds nothing wrong with a good machine", () => {
    expect(judge(good).filter(({ state }) => state !== "fine")).toEqual([]);
  });

  it.each<[string, Partial<Facts>, string, State]>([
    ["no engine", { engine: undefined }, "docker engine", "missing"],
    ["no engine where one may be installed", { engine: undefined, engineComes: true }, "docker engine", "degraded"],
    ["an old engine", { engine: { ...engine, apiVersion: "1.40" } }, "docker engine", "missing"],
    ["API 1.100", { engine: { ...engine, apiVersion: "1.100" } }, "docker engine", "fine"],
    ["no memory controller", { controllers: ["cpu"] }, "cgroup controllers", "missing"],
    ["no cpuset", { controllers: ["cpu", "memory", "hugetlb"] }, "cgroup controllers", "degraded"],
    ["little memory", { memoryAvailable: 3 * GiB }, "memory", "degraded"],
    ["too little memory", { memoryAvailable: 1 * GiB }, "memory", "missing"],
    ["little disk", { diskFree: 7 * GiB }, "disk", "degraded"],
    ["a full disk", { diskFree: 1 * GiB }, "disk", "missing"],
    ["no room for the state", { stateFree: 1024 ** 2 }, "state directory", "missing"],
    ["a taken port", { portsTaken: [8443] }, "ports", "missing"],
    ["no CA bundle", { caBundle: undefined }, "CA bundle", "degraded"],
    ["a silent registry", { registries: [{ name: "npm", url: "x", reachable: false }] }, "registry: npm", "degraded"],
    ["no huge pages", { hugePages: { total: 0, sizeKiB: 2048 } }, "huge pages", "degraded"],
    ["limits that can't be raised", { canRaiseLimits: false }, "ulimits", "degraded"],
    ["a clock an hour off", { clockAhead: -3600 }, "clock", "degraded"],
  ])("%s", (_, change, check, state) => {
    expect(verdict(change, check)).toBe(state);
  });

  it("gives a remedy with everything missing and a consequence with everything degraded", () => {
    const bad = judge({
      ...good,
      engine: undefined,
      memoryAvailable: 0,
      diskFree: 0,
      portsTaken: [1],
      canRaiseLimits: false,
    });
    for (const finding of bad) expect(finding.advice === "").toBe(finding.state === "fine");
  });

  it("prints aligned columns", () => {
    const lines = table(judge(good)).split("\n");
    expect(lines[0]).toMatch(/^check +state +found/);
    expect(new Set(lines.slice(1).map((line) => line.indexOf("fine")))).toHaveProperty("size", 1);
  });

  it("reads a capability out of the effective set", () => {
    expect(hasCapability("CapEff:\t000001fffeffffff\n", 24)).toBe(false);
    expect(hasCapability("CapEff:\t000001ffffffffff\n", 24)).toBe(true);
  });
});
