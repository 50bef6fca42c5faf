/** The rules that hold for a workload on every platform; all broken ones are reported at once. */
import type { Problem } from "./errors.ts";
import { shown } from "./errors.ts";
import { checkLatency } from "./latency.ts";
import { checkMounts } from "./mounts.ts";
import { checkLabel } from "./names.ts";
import { checkTls } from "./tls.ts";
import { bytes, durationPattern, sizePattern } from "./units.ts";
import type { Workload } from "./workload.ts";

export function checkWorkload(w: Workload): Problem[] {
  const where = `workload ${w.name}`;
  return [
    ...checkLabel(where, w.name),
    ...checkIdentity(where, w),
    ...checkPorts(where, w),
    ...checkCommand(where, w),
    ...checkResources(where, w),
    ...checkTimes(where, w),
    ...checkReplicas(where, w),
    ...checkPeers(where, w),
    ...checkTls(where, w),
    ...checkMounts(where, w),
    ...(w.latency ? checkLatency(`${where}, latency`, w.latency) : []),
  ];
}

/** Group 0 is no privilege by itself, and some upstream images are made for it. */
function checkIdentity(where: string, w: Workload): Problem[] {
  const least = { user: 1, group: 0 };
  const wrong = (["user", "group"] as const).filter((key) => {
    const id = w[key];
    return id !== undefined && !(Number.isInteger(id) && id >= least[key] && id < 2 ** 31);
  });
  return wrong.map((key) => ({
    where: `${where}, ${key}`,
    what: "not an ordinary numeric identity",
    given: shown(w[key]),
    allowed: key === "user" ? "an integer from 1; never 0, which is root" : "an integer from 0",
    remedy: "use the identity that the image was made for (images.ts names it), or 65532",
  }));
}

function checkPorts(where: string, w: Workload): Problem[] {
  const problems: Problem[] = [];
  const port = (path: string, value: number) => {
    if (Number.isInteger(value) && value >= 1 && value <= 65535) return;
    problems.push({
      where: `${where}, ${path}`,
      what: "not a port",
      given: shown(value),
      allowed: "an integer from 1 to 65535",
      remedy: "give the port on which the process listens",
    });
  };
  const named = (path: string, name: string) => {
    if (Object.hasOwn(w.ports, name)) return;
    problems.push({
      where: `${where}, ${path}`,
      what: "no port has this name",
      given: shown(name),
      allowed: Object.keys(w.ports).sort().join(", ") || "none, the workload has no ports",
      remedy: "add the port to `ports`, or name one that is there",
    });
  };
  for (const [name, value] of Object.entries(w.ports)) port(`ports.${name}`, value);
  for (const [name, value] of Object.entries(w.expose ?? {})) {
    named(`expose.${name}`, name);
    port(`expose.${name}`, value);
  }
  for (const name of w.peers?.ports ?? []) named(`peers.ports`, name);
  if (w.tls) named("tls.port", w.tls.port);
  if (w.health.http) named("health.http.port", w.health.http.port);
  if (w.metrics) named("metrics.port", w.metrics.port);
  return problems;
}

/** Docker's provider refuses empty arguments, so they are refused everywhere: a workload must mean the same on both platforms. */
function checkCommand(where: string, w: Workload): Problem[] {
  const problems: Problem[] = [];
  for (const [path, words] of Object.entries({ command: w.command, "health.exec": w.health.exec })) {
    if (words === undefined || (words.length > 0 && words.every((word) => word !== ""))) continue;
    problems.push({
      where: `${where}, ${path}`,
      what: "empty, or has an empty argument",
      given: shown(words),
      allowed: "at least one word, none of them empty",
      remedy: "put the setting into a file of the workload, or leave the argument out",
    });
  }
  for (const key of Object.keys(w.env ?? {})) {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) continue;
    problems.push({
      where: `${where}, env`,
      what: "not the name of an environment variable",
      given: shown(key),
      allowed: "letters, digits and underscores, first no digit",
      remedy: "rename the variable",
    });
  }
  return problems;
}

function checkResources(where: string, w: Workload): Problem[] {
  const problems: Problem[] = [];
  if (!(Number.isFinite(w.resources.cpu) && w.resources.cpu > 0)) {
    problems.push({
      where: `${where}, resources.cpu`,
      what: "not an amount of processor time",
      given: shown(w.resources.cpu),
      allowed: "cores as a number above 0, such as 0.25",
      remedy: "give the ceiling that the workload may use",
    });
  }
  const sizes: Record<string, string> = { "resources.memory": w.resources.memory };
  if (w.state) sizes["state.size"] = w.state.size;
  for (const [path, { size }] of Object.entries(w.scratch ?? {})) sizes[`scratch.${path}`] = size;
  const malformed = Object.entries(sizes).filter(
    ([, size]) => !(sizePattern.test(size) && bytes(size as never) % 2 ** 20 === 0),
  );
  for (const [path, size] of malformed) {
    problems.push({
      where: `${where}, ${path}`,
      what: "not a size",
      given: shown(size),
      allowed: "a whole number of mebibytes with a binary unit: 512Mi, 2Gi",
      remedy: "write the unit as Mi or Gi",
    });
  }
  if (malformed.length > 0) return problems;
  const scratch = Object.values(w.scratch ?? {}).reduce((sum, { size }) => sum + bytes(size), 0);
  if (scratch > bytes(w.resources.memory)) {
    problems.push({
      where: `${where}, scratch`,
      what: "scratch is memory, and filling it would get the workload killed",
      given: `${scratch / 2 ** 20}Mi of scratch beside a memory limit of ${w.resources.memory}`,
      allowed: "less scratch in total than memory",
      remedy: "lower the scratch sizes or raise resources.memory",
    });
  }
  return problems;
}

function checkTimes(where: string, w: Workload): Problem[] {
  const problems: Problem[] = [];
  const times = {
    "health.startWithin": w.health.startWithin,
    "health.interval": w.health.interval,
    "metrics.interval": w.metrics?.interval,
  };
  for (const [path, time] of Object.entries(times)) {
    if (time === undefined || durationPattern.test(time)) continue;
    problems.push({
      where: `${where}, ${path}`,
      what: "not a duration",
      given: shown(time),
      allowed: "a whole number with ms, s or m: 500ms, 10s, 2m",
      remedy: "write the unit",
    });
  }
  if (!(Number.isInteger(w.stop.graceSeconds) && w.stop.graceSeconds >= 1 && w.stop.graceSeconds <= 600)) {
    problems.push({
      where: `${where}, stop.graceSeconds`,
      what: "no time to stop in",
      given: shown(w.stop.graceSeconds),
      allowed: "whole seconds from 1 to 600",
      remedy: "give the time in which the process drains after the stop signal",
    });
  }
  return problems;
}

function checkReplicas(where: string, w: Workload): Problem[] {
  const replicas = w.replicas ?? 1;
  const allowed = w.state ? replicas === 1 : Number.isInteger(replicas) && replicas >= 1;
  if (allowed) return [];
  return [
    {
      where: `${where}, replicas`,
      what: w.state ? "a workload with state runs exactly once" : "not a number of replicas",
      given: shown(replicas),
      allowed: w.state ? "1" : "an integer from 1",
      remedy: w.state ? "run several workloads of one replica each" : "give how many run",
    },
  ];
}

function checkPeers(where: string, { name, peers }: Workload): Problem[] {
  if (!peers || (peers.members.includes(name) && new Set(peers.members).size === peers.members.length)) return [];
  return [
    {
      where: `${where}, peers.members`,
      what: "not the members of a quorum that this workload is in",
      given: shown(peers.members),
      allowed: "names of workloads, each once, this one's among them",
      remedy: "give every member the same list",
    },
  ];
}
