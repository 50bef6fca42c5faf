/** For tests: NetworkPolicy as the API's documentation defines it, for pods of one namespace that are told apart by their names. */
interface Peer {
  podSelector?: { matchLabels?: Record<string, string> };
  namespaceSelector?: unknown;
  ipBlock?: unknown;
}

interface Rule {
  from?: Peer[];
  to?: Peer[];
  ports?: { protocol: string; port: number }[];
}

export interface Policy {
  spec: { podSelector: Peer["podSelector"]; policyTypes: string[]; ingress?: Rule[]; egress?: Rule[] };
}

const isPod = (selector: Peer["podSelector"], pod: string): boolean =>
  Object.entries(selector?.matchLabels ?? {}).every(
    ([key, value]) => key === "app.kubernetes.io/name" && value === pod,
  );

const isPeer = ({ podSelector, namespaceSelector, ipBlock }: Peer, pod: string): boolean =>
  !namespaceSelector && !ipBlock && podSelector !== undefined && isPod(podSelector, pod);

/** A side without a policy of its direction is open; with some, one rule of any of them must allow. */
function allows(policies: Policy[], direction: "Ingress" | "Egress", pod: string, peer: string, port: number): boolean {
  const own = policies.filter(({ spec }) => spec.policyTypes.includes(direction) && isPod(spec.podSelector, pod));
  const rules = own.flatMap(({ spec }) => (direction === "Ingress" ? spec.ingress : spec.egress) ?? []);
  const allowing = rules.filter(({ from, to, ports }) => {
    const peers = direction === "Ingress" ? from : to;
    const named = peers === undefined || peers.some((each) => isPeer(each, peer));
    return named && (ports === undefined || ports.some((each) => each.protocol === "TCP" && each.port === port));
  });
  return own.length === 0 || allowing.length > 0;
}

/** Whether a pod may open a connection: both sides must allow it. */
export function reaches(policies: Policy[], from: string, to: string, port: number): boolean {
  return allows(policies, "Egress", from, to, port) && allows(policies, "Ingress", to, from, port);
}
