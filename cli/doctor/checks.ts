/** Judges the facts. Pure, so that every verdict is tested without the machine it is about. */

import type { EngineInfo } from "../machine/engine.ts";
import type { Facts } from "./facts.ts";
import { degraded, type Finding, fine, missing } from "./finding.ts";

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;
const gib = (bytes: number): string => `${(bytes / GiB).toFixed(1)} GiB`;

/** One rule per line: what `up` cannot do without is `missing`, what it can work round is `degraded`. */
export const judge = (facts: Facts): Finding[] => [
  engine(facts),
  controllers(facts),
  memory(facts),
  disk(facts),
  stateDisk(facts),
  ports(facts),
  caBundle(facts),
  ...registries(facts),
  hugePages(facts),
  limits(facts),
  clock(facts),
];

/** Of a machine that only builds what runs elsewhere. */
export const judgeBuilder = (facts: Facts): Finding[] => [
  engine(facts),
  disk(facts),
  stateDisk(facts),
  caBundle(facts),
  ...registries(facts),
  clock(facts),
];

function engine({ engine, engineHost, engineComes }: Facts): Finding {
  if (engine !== undefined) return engineVersion(engine);
  const found = `no answer at ${engineHost}`;
  return engineComes
    ? degraded("docker engine", found, "`up` installs the distribution's where there is none, and starts it")
    : missing("docker engine", found, "start it, or run as root on Debian or Ubuntu to have it installed");
}

export function engineVersion(engine: EngineInfo): Finding {
  const found = `${engine.version}, API ${engine.apiVersion}, cgroup v${engine.cgroupVersion}`;
  const [major = 0, minor = 0] = engine.apiVersion.split(".").map(Number);
  const enough = major > 1 || (major === 1 && minor >= 41);
  return enough
    ? fine("docker engine", found)
    : missing("docker engine", found, "upgrade to an engine with API 1.41 or newer");
}

function controllers({ controllers }: Facts): Finding {
  const check = "cgroup controllers";
  const found = controllers.join(" ") || "none";
  const lacks = (name: string): boolean => !controllers.includes(name);
  if (lacks("memory") || lacks("cpu"))
    return missing(check, found, "enable the memory and cpu controllers of the kernel");
  if (lacks("cpuset")) return degraded(check, found, "no exclusive cores for the engine");
  return lacks("hugetlb") ? degraded(check, found, "huge pages are not limited per container") : fine(check, found);
}

/** The limits of the dev stack add up to at most 4 GiB. */
function memory({ memoryAvailable }: Facts): Finding {
  const found = `${gib(memoryAvailable)} available`;
  if (memoryAvailable >= 4 * GiB) return fine("memory", found);
  return memoryAvailable >= 2.5 * GiB
    ? degraded("memory", found, "the stack may be stopped by the kernel under load; 4 GiB are its limits")
    : missing("memory", found, "free memory until 4 GiB are available");
}

/** Toolchain, build caches and images of a first run take about 12 GiB; what runs needs far less. */
function disk({ diskFree, diskPath }: Facts): Finding {
  const found = `${gib(diskFree)} free at ${diskPath}`;
  if (diskFree >= 15 * GiB) return fine("disk", found);
  return diskFree >= 5 * GiB
    ? degraded("disk", found, "a first build may run out; keep 15 GiB free")
    : missing("disk", found, "free space until 15 GiB are free (docker image prune, docker builder prune)");
}

/** State, secrets and logs are small, but a state that can't be written is lost. */
function stateDisk({ stateFree, statePath }: Facts): Finding {
  const found = `${(stateFree / MiB).toFixed(0)} MiB free at ${statePath}`;
  return stateFree >= 128 * MiB
    ? fine("state directory", found)
    : missing("state directory", found, "free 128 MiB there, or point XDG_STATE_HOME to a disk with room");
}

function ports({ portsTaken }: Facts): Finding {
  return portsTaken.length === 0
    ? fine("ports", "all free or ours")
    : missing(
        "ports",
        `in use: ${portsTaken.join(", ")}`,
        "stop what holds them, or set docker.hostPorts in the stack's configuration",
      );
}

function caBundle({ caBundle }: Facts): Finding {
  return caBundle === undefined
    ? degraded("CA bundle", "none of the usual files", "builds trust only the base image's own certificates")
    : fine("CA bundle", caBundle);
}

function registries({ registries }: Facts): Finding[] {
  if (registries.length === 0)
    return [degraded("registries", "no client names one", "builds use the clients' defaults")];
  return registries.map(({ name, url, reachable }) =>
    reachable
      ? fine(`registry: ${name}`, url)
      : degraded(`registry: ${name}`, `${url} does not answer`, "what is not in the caches cannot be built"),
  );
}

function hugePages({ hugePages: { total, sizeKiB } }: Facts): Finding {
  return total > 0
    ? fine("huge pages", `${total} of ${sizeKiB} KiB`)
    : degraded("huge pages", "none reserved", "the engine uses ordinary pages; reserve some with vm.nr_hugepages");
}

function limits({ canRaiseLimits }: Facts): Finding {
  return canRaiseLimits
    ? fine("ulimits", "may be raised")
    : degraded(
        "ulimits",
        "no CAP_SYS_RESOURCE here",
        "the engine cannot lock more memory than the host's default allows",
      );
}

function clock({ clockAhead }: Facts): Finding {
  if (clockAhead === undefined)
    return degraded("clock", "nothing to compare with", "a wrong clock breaks TLS and time stamps");
  const found = `${Math.abs(clockAhead).toFixed(0)} s ${clockAhead < 0 ? "behind" : "ahead of"} a registry's`;
  return Math.abs(clockAhead) <= 30
    ? fine("clock", found)
    : degraded("clock", found, "TLS and time stamps are off; synchronise the clock (NTP)");
}
