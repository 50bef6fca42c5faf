/** What the URL of a managed server says: whom the stack talks to, as whom, and where that is for a network policy. Pure. */
import { isIPv4 } from "node:net";
import type { Managed } from "./config-managed.ts";
import type { Problem } from "./errors.ts";
import { product } from "./names.ts";
import type { Foreign, Place } from "./workload.ts";

export const managedKinds = ["kafka", "postgres", "redis"] as const;
export type ManagedKind = (typeof managedKinds)[number];

export const managedExamples: Record<ManagedKind, string> = {
  kafka: "kafka://admin@main-kafka-bootstrap.databases:9092",
  postgres: "postgresql://pg-rw.databases:5432",
  redis: "redis://default@redis.databases:6379",
};

/** Under which CloudNativePG, Strimzi and cert-manager keep an authority. */
export const caKey = "ca.crt";

/** Of each, what stands before `://`; and what means TLS there. PostgreSQL has a parameter for it. */
const schemes: Record<ManagedKind, { plain: string[]; tls: string[] }> = {
  kafka: { plain: ["kafka"], tls: ["kafka+ssl"] },
  postgres: { plain: ["postgresql", "postgres"], tls: [] },
  redis: { plain: ["redis"], tls: ["rediss"] },
};

/** The one mode in which a client knows with whom it talks. */
const verified = "verify-full";

export interface Address {
  scheme: string;
  /** Absent: the Secret says it. */
  user?: string;
  password: boolean;
  hosts: string[];
  port: number;
  /** What follows the hosts. */
  path: string;
  params: Record<string, string>;
}

const form = /^([a-z][a-z0-9+]*):\/\/(?:([A-Za-z0-9_.-]*(?::[^/?#@]*)?)@)?([^/?#@]+)(\/[^?#]*)?(?:\?([^#]*))?$/;
const hostAndPort = /^((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?):([0-9]{1,5})$/;

/** Undefined where the text has no such form; several hosts must have one port. */
export function addressOf(url: string): Address | undefined {
  const [, scheme, login, list = "", path = "", query = ""] = form.exec(url) ?? [];
  const found = list.split(",").map((each) => hostAndPort.exec(each));
  const ports = new Set(found.map((each) => Number(each?.[2])));
  const [port = 0] = ports;
  if (scheme === undefined || ports.size !== 1 || !(port >= 1 && port <= 65535)) return undefined;
  const [user, password] = login?.split(":") ?? [];
  return {
    scheme,
    ...(user && { user }),
    password: password !== undefined,
    hosts: found.map((each) => each?.[1] ?? ""),
    port,
    path,
    params: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** Of `service.namespace`, `service.namespace.svc…` or `pod.service.namespace.svc…`. */
function namespaceOf(host: string): string | undefined {
  const labels = host.split(".");
  const at = labels.lastIndexOf("svc");
  if (at >= 2) return labels[at - 1];
  return labels.length === 2 ? labels[1] : undefined;
}

/** Where a policy must let through; undefined where the configuration doesn't say. */
export function placeOf({ networks, pods }: Managed, { hosts }: Address): Place | undefined {
  if (networks) return { networks };
  if (hosts.every((host) => isIPv4(host))) return { networks: hosts.map((host) => `${host}/32`) };
  const namespaces = new Set(hosts.map(namespaceOf));
  const [namespace] = namespaces;
  return namespaces.size === 1 && namespace !== undefined ? { namespace, labels: pods ?? {} } : undefined;
}

/** What may be given beside it is refused before: this is for what has been checked. */
export function foreign(kind: ManagedKind, managed: Managed): Foreign & { address: Address } {
  const address = addressOf(managed.url);
  const place = address && placeOf(managed, address);
  if (!address || !place) throw new TypeError(`${kind}: not a checked configuration`);
  return { name: kind, host: address.hosts[0] ?? "", ports: { [kind]: address.port }, place, address };
}

export function checkManaged(kind: ManagedKind, managed: Managed): Problem[] {
  const where = `${product}:${kind}.managed`;
  const problem = (key: string, what: string, given: string, allowed: string, remedy: string): Problem => ({
    where: `${where}.${key}`,
    what,
    given,
    allowed,
    remedy,
  });
  const address = addressOf(managed.url);
  const example = `write it like ${managedExamples[kind]}`;
  const known = [...schemes[kind].plain, ...schemes[kind].tls];
  if (!address || !known.includes(address.scheme)) {
    // Not shown: a text of no known form may hold a password.
    const allowed = `${known[0]}://[USER@]HOST:PORT${kind === "kafka" ? "[,HOST:PORT…], all with one port" : ""}`;
    return [problem("url", "not the URL of such a server", "(not shown)", allowed, example)];
  }
  return [
    ...checkAddress(kind, address, problem, example),
    ...checkPlace(managed, address, problem),
    ...checkTls(kind, managed, address, problem),
    ...checkParams(kind, address, problem),
  ];
}

type Say = (key: string, what: string, given: string, allowed: string, remedy: string) => Problem;

function checkAddress(kind: ManagedKind, address: Address, problem: Say, example: string): Problem[] {
  const { hosts, path } = address;
  const several = hosts.length > 1 && kind !== "kafka";
  const paths = kind === "postgres" ? ["", "/", "/postgres"] : ["", "/"];
  const secret = "put it into the Secret under the key `password`, and remove it here";
  return [
    ...(address.password ? [problem("url", "a password in the clear", "(hidden)", "a user's name alone", secret)] : []),
    ...(several ? [problem("url", "more than one server", hosts.join(", "), "one HOST:PORT", example)] : []),
    ...(paths.includes(path)
      ? []
      : [
          problem(
            "url",
            kind === "postgres" ? "the stack makes its own databases" : "something stands behind the port",
            path,
            paths.filter((each) => each !== "/").join(" or ") || "nothing after the port",
            example,
          ),
        ]),
  ];
}

function checkPlace(managed: Managed, address: Address, problem: Say): Problem[] {
  const { pods, networks } = managed;
  const place = placeOf(managed, address);
  if (!place) {
    return [
      problem(
        "networks",
        "a network policy can't name a host, and this one isn't a Service's name with its namespace",
        address.hosts.join(", "),
        "SERVICE.NAMESPACE in the URL, or an IPv4 address, or `networks` beside it",
        "set managed.networks to the networks in which the server is, such as [10.1.2.0/24]",
      ),
    ];
  }
  if (!pods || "namespace" in place) return [];
  const given = `pods, and ${networks ? "networks" : "an address"}`;
  return [problem("pods", "labels are of pods in the cluster", given, "one of the two", "remove managed.pods")];
}

function checkTls(kind: ManagedKind, { caSecretName }: Managed, { scheme, params }: Address, problem: Say): Problem[] {
  const encrypted = schemes[kind].tls.includes(scheme) || (kind === "postgres" && params.sslmode === verified);
  if (encrypted === (caSecretName !== undefined)) return [];
  if (encrypted) {
    return [
      problem(
        "caSecretName",
        "the URL asks for TLS, and nothing says whose certificate is the right one",
        "nothing",
        `the name of a Secret in the stack's namespace with the key ${caKey}`,
        `make it: kubectl create secret generic ${kind}-ca --from-file=${caKey}=…, and name it here`,
      ),
    ];
  }
  const tls = kind === "postgres" ? `?sslmode=${verified} in the URL` : `${schemes[kind].tls[0]}:// in the URL`;
  const what = "an authority, and a URL that doesn't ask for TLS";
  return [problem("caSecretName", what, caSecretName ?? "", `nothing, or ${tls}`, `write ${tls}, or remove it`)];
}

function checkParams(kind: ManagedKind, { params }: Address, problem: Say): Problem[] {
  const unknown = Object.keys(params).filter((each) => kind !== "postgres" || each !== "sslmode");
  const { sslmode = "disable" } = params;
  const problems = {
    unknown: problem("url", "no such parameter", unknown.join(", "), "none", "remove what follows the question mark"),
    mode: problem(
      "url",
      "this would encrypt without knowing with whom",
      `sslmode=${sslmode}`,
      `sslmode=${verified}, or none and no encryption`,
      `write sslmode=${verified}, and name the authority in caSecretName`,
    ),
  };
  return [
    ...(kind === "postgres" && ![verified, "disable"].includes(sslmode) ? [problems.mode] : []),
    ...(unknown.length > 0 ? [problems.unknown] : []),
  ];
}
