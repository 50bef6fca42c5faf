/** What of the data servers' configuration doesn't go together, though each part may stand by itself. */
import type { Config } from "./config.ts";
import type { Problem } from "./errors.ts";
import { checkManaged, foreign, type ManagedKind, managedKinds } from "./managed.ts";
import { product } from "./names.ts";
import { milliseconds } from "./units.ts";

type Configured = Pick<
  Config,
  "platform" | "kubernetes" | "kafka" | "postgres" | "redis" | "resources" | "retention" | "docker"
>;

export function checkData(config: Configured): Problem[] {
  return [...managedKinds.flatMap((kind) => checkKind(kind, config)), ...checkDecisions(config)];
}

function checkKind(kind: ManagedKind, config: Configured): Problem[] {
  const { managed } = config[kind];
  if (!managed) return [];
  const where = `${product}:${kind}.managed`;
  if (config.platform === "docker") {
    return [
      {
        where,
        what: "docker runs its own data servers: it keeps no secrets of others, and its networks lead nowhere else",
        given: `platform docker, and ${kind} managed`,
        allowed: "managed servers on the platform kubernetes",
        remedy: `remove ${kind}.managed, or set platform to kubernetes`,
      },
    ];
  }
  return [...checkManaged(kind, managed), ...idle(kind, config)];
}

/** In the stack's own namespace every pod is closed to what isn't declared, a foreign one too. */
export function checkApart(config: Pick<Config, ManagedKind>, namespace: string): Problem[] {
  return managedKinds.flatMap((kind) => {
    const { managed } = config[kind];
    const place = managed && foreign(kind, managed).place;
    if (!place || !("namespace" in place) || place.namespace !== namespace) return [];
    return [
      {
        where: `${product}:${kind}.managed.url`,
        what: "in the stack's own namespace nothing reaches a pod that isn't the stack's",
        given: namespace,
        allowed: "a server in another namespace",
        remedy: "run the server elsewhere, or set kubernetes.namespace to another",
      },
    ];
  });
}

/** What would be said of a server that isn't there. */
function idle(kind: ManagedKind, { kafka, kubernetes, resources }: Configured): Problem[] {
  const said = [
    ...(resources[kind] ? [[`resources.${kind}`, JSON.stringify(resources[kind])]] : []),
    ...(kind === "kafka" && kafka.brokers > 1 ? [["kafka.brokers", String(kafka.brokers)]] : []),
    ...(kind === "kafka" && kubernetes.expose.ports.kafka !== "off"
      ? [["kubernetes.expose.ports.kafka", String(kubernetes.expose.ports.kafka)]]
      : []),
  ];
  return said.map(([path = "", given = ""]) => ({
    where: `${product}:${path}`,
    what: `it changes nothing: ${kind} is managed by somebody else`,
    given,
    allowed: `nothing, beside ${kind}.managed`,
    remedy: `remove it, or ${kind}.managed`,
  }));
}

/** As long as risk management counts hours. */
const longest = 100_000;

export const hoursOf = ({ decisions }: Pick<Config["retention"], "decisions">): number =>
  milliseconds(decisions) / 3_600_000;

function checkDecisions({ retention }: Configured): Problem[] {
  if (hoursOf(retention) <= longest) return [];
  return [
    {
      where: `${product}:retention.decisions`,
      what: "longer than risk management counts",
      given: retention.decisions,
      allowed: `at most ${longest}h`,
      remedy: `write ${longest}h`,
    },
  ];
}
