/** What Docker can't do of a workload that is right in itself, and what this host can't. */
import type { Problem } from "../errors.ts";
import { isForeign } from "../running.ts";
import { bytes } from "../units.ts";
import type { Workload } from "../workload.ts";
import type { HostFacts } from "./host.ts";
import { checkDockerLatency } from "./latency.ts";

/** The engine refuses a container with less. */
const leastMemory = "6Mi";

/** `taken` is which workload has which port of the host. */
export function checkDocker(w: Workload, host: HostFacts | undefined, taken: ReadonlyMap<number, string>): Problem[] {
  return [
    ...checkReplicas(w),
    ...checkPeers(w),
    ...checkForeign(w),
    ...checkMemory(w),
    ...checkCpu(w, host),
    ...checkHostPorts(w, taken),
    ...checkDockerLatency(w, host),
  ];
}

function checkReplicas(w: Workload): Problem[] {
  if ((w.replicas ?? 1) === 1) return [];
  return [
    {
      where: `workload ${w.name}, replicas`,
      what: "docker runs one replica of a workload",
      given: String(w.replicas),
      allowed: "1, on the docker platform",
      remedy: "set it to 1, or run several workloads of different names",
    },
  ];
}

/** On one host they would fall together. */
function checkPeers({ name, peers }: Workload): Problem[] {
  if (!peers || peers.members.length === 1) return [];
  return [
    {
      where: `workload ${name}, peers`,
      what: "docker runs no quorum: on one host it makes nothing safer",
      given: peers.members.join(", "),
      allowed: "one member, on the docker platform",
      remedy: "run one; of Kafka with: pulumi config set --path cipherhorizon:kafka.brokers 1",
    },
  ];
}

/** An engine keeps no secrets of its own, and its networks lead to containers of the stack. */
function checkForeign({ name, needs = [], secretRefs = {} }: Workload): Problem[] {
  const remedy = "remove `managed` from the configuration of kafka, postgres and redis, or use the platform kubernetes";
  const servers = needs.filter(isForeign).map((server) => ({
    where: `workload ${name}, needs`,
    what: "docker opens no way to a server that the stack doesn't run",
    given: server.name,
    allowed: "workloads of the stack, on the docker platform",
    remedy,
  }));
  const secrets = Object.entries(secretRefs).map(([path, { secret, key }]) => ({
    where: `workload ${name}, ${path}`,
    what: "docker has no secrets that others keep",
    given: `key ${key} of ${secret}`,
    allowed: "secrets of the stack's own, on the docker platform",
    remedy,
  }));
  return [...servers, ...secrets];
}

function checkMemory(w: Workload): Problem[] {
  if (bytes(w.resources.memory) >= bytes(leastMemory)) return [];
  return [
    {
      where: `workload ${w.name}, resources.memory`,
      what: "less than the engine accepts",
      given: w.resources.memory,
      allowed: `at least ${leastMemory}`,
      remedy: "raise it",
    },
  ];
}

function checkCpu(w: Workload, host: HostFacts | undefined): Problem[] {
  const most = host?.cpus.length ?? Number.POSITIVE_INFINITY;
  if (w.latency || (w.resources.cpu >= 0.01 && w.resources.cpu <= most)) return [];
  return [
    {
      where: `workload ${w.name}, resources.cpu`,
      what: "the engine can't give so much processor time",
      given: String(w.resources.cpu),
      allowed: `from 0.01 to ${most === Number.POSITIVE_INFINITY ? "the host's number of cores" : `${most}, the cores of this host`}`,
      remedy: `set cipherhorizon:resources.${w.name}.cpu in the stack's configuration`,
    },
  ];
}

function checkHostPorts(w: Workload, taken: ReadonlyMap<number, string>): Problem[] {
  const wanted = Object.entries(w.expose ?? {});
  const clashes = wanted.filter(
    ([, port], index) => taken.has(port) || wanted.findIndex(([, other]) => other === port) !== index,
  );
  return clashes.map(([name, port]) => ({
    where: `workload ${w.name}, expose.${name}`,
    what: `the host's port already belongs to workload ${taken.get(port) ?? w.name}`,
    given: String(port),
    allowed: "a port of the host that no other workload has",
    remedy: `choose another in cipherhorizon:docker.hostPorts`,
  }));
}
