import { object, pod } from "../examples.ts";
import { hardenedPod } from "../kubernetes/hardened.ts";
import type { Example, Rule } from "../rule.ts";

const policy = (spec: object, namespace = "trading"): Example =>
  object("networking.k8s.io/v1:NetworkPolicy", { metadata: { namespace }, spec });

/** What it makes of which policy, nobody can tell. */
const patch = object("networking.k8s.io/v1:NetworkPolicyPatch", { metadata: { name: "x" }, spec: { podSelector: {} } });

const trader = pod(hardenedPod, { namespace: "trading" });
const both = ["Ingress", "Egress"];

/** Kubernetes only: a Docker container shares a network with nobody but those it needs. */
export const defaultDeny: Rule = {
  name: "default-deny",
  description: "In a namespace with pods nothing is reachable, in or out, but what a NetworkPolicy allows.",
  level: "mandatory",
  remedy: { kubernetes: "add a NetworkPolicy with an empty podSelector, both policyTypes and no rules" },
  checks: {
    stack: [
      {
        finds: ({ namespaces }) => {
          const open = namespaces.filter(({ denies }) => denies.length < both.length);
          const said = open.map(
            ({ name, denies }) => `${name} (${both.filter((type) => !denies.includes(type)).join(", ")})`,
          );
          return open.length > 0 ? `nothing denies by default in the namespace ${said.join(", ")}` : undefined;
        },
      },
    ],
  },
  examples: {
    compliant: [
      [],
      [...trader, ...policy({ podSelector: {}, policyTypes: both }), ...patch],
      [...trader, ...policy({ policyTypes: ["Egress"] }), ...policy({ podSelector: { matchLabels: {} }, ingress: [] })],
    ],
    offending: [
      trader,
      [...trader, ...patch],
      pod(),
      [...trader, ...policy({ podSelector: {} })],
      [...trader, ...policy({ podSelector: {}, policyTypes: both }, "elsewhere")],
      [...trader, ...policy({ podSelector: { matchLabels: { app: "x" } }, policyTypes: both })],
      [...trader, ...policy({ podSelector: {}, policyTypes: both, ingress: [{}] })],
    ],
  },
};
