/** Isolated pods as one nftables transaction for the node's network namespace. Pure. */
import type { Allowed, Isolation, Ports, Protocol } from "./policy.ts";

export const TABLE = "inet horizon-policy";

/**
 * Replaces the whole table at once. Forwarded packets carry the pods' own addresses and ports on both sides: kube-proxy
 * translates a Service's address before routing and masquerades after it. What the node itself sends (probes) isn't forwarded.
 */
export function toRuleset(isolations: Isolation[]): string {
  const chains = isolations.flatMap((isolation) => [
    `  chain ${chainOf(isolation)} {`,
    `    comment "${isolation.pod}"`,
    ...rules(isolation).map((rule) => `    ${rule}`),
    "  }",
  ]);
  return [
    `add table ${TABLE}`,
    `delete table ${TABLE}`,
    `table ${TABLE} {`,
    ...chains,
    ...dispatch("egress", "ip saddr", isolations),
    ...dispatch("ingress", "ip daddr", isolations),
    "  chain forward {",
    "    type filter hook forward priority filter; policy accept;",
    "    ct state established,related accept",
    "    jump egress",
    "    jump ingress",
    "  }",
    "}",
    "",
  ].join("\n");
}

const chainOf = ({ direction, address }: Isolation): string => `${direction}-${address}`;

function dispatch(direction: Isolation["direction"], field: string, isolations: Isolation[]): string[] {
  const subjects = isolations.filter((isolation) => isolation.direction === direction);
  const elements = subjects.map((isolation) => `${isolation.address} : goto ${chainOf(isolation)}`);
  const rule = elements.length === 0 ? [] : [`    ${field} vmap { ${elements.join(", ")} }`];
  return [`  chain ${direction} {`, ...rule, "  }"];
}

/** `return` lets a packet go on to the other side's rules. A pod can't be kept from itself. */
function rules({ direction, address, allowed }: Isolation): string[] {
  const other = direction === "ingress" ? "ip saddr" : "ip daddr";
  return [...new Set([`${other} ${address} return`, ...allowed.flatMap((one) => lines(one, other)), "drop"])];
}

function lines({ peers, except, ports }: Allowed, other: string): string[] {
  const from = [
    ...(peers === undefined ? [] : [`${other} ${setOf(peers)}`]),
    // One by one: nftables refuses a set whose blocks overlap.
    ...(except ?? []).map((block) => `${other} != ${block}`),
  ];
  const to = ports === undefined ? [[]] : protocols(ports).map((protocol) => [portMatch(protocol, ports)]);
  return to.map((match) => [...from, ...match, "return"].join(" "));
}

function setOf(elements: string[]): string {
  const [first = "", ...others] = new Set(elements);
  return others.length === 0 ? first : `{ ${[first, ...others].join(", ")} }`;
}

const protocols = (ports: Ports[]): Protocol[] => [...new Set(ports.map(({ protocol }) => protocol))];

function portMatch(protocol: Protocol, ports: Ports[]): string {
  const mine = ports.filter((port) => port.protocol === protocol);
  if (mine.some(({ from }) => from === undefined)) return `meta l4proto ${protocol}`;
  return `${protocol} dport ${setOf(merge(mine).map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)))}`;
}

/** nftables refuses intervals that overlap. */
function merge(ports: Ports[]): [number, number][] {
  const sorted = ports.map(({ from = 0, to = from }): [number, number] => [from, to]).sort(([a], [b]) => a - b);
  const merged: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}
