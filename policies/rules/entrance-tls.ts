import { object } from "../examples.ts";
import type { Rule } from "../rule.ts";

const backend = { service: { name: "gateway", port: { name: "https" } } };
const rule = (host: string) => ({ host, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } });
const rules = [rule("trading.example.com")];
const ingress = (spec: object) => object("networking.k8s.io/v1:Ingress", { spec });

/** Kubernetes only: on Docker the stack's own entrance ends TLS, and nothing stands before it. */
export const entranceTls: Rule = {
  name: "entrance-tls",
  description: "An Ingress takes connections by TLS, for every name that it answers to.",
  level: "mandatory",
  remedy: { kubernetes: "add the name to tls.hosts of the Ingress, with the Secret of its certificate" },
  checks: {
    entrance: [
      {
        finds: ({ plain }) =>
          plain.length > 0 ? `has no TLS for ${plain.map((host) => host || "any name").join(", ")}` : undefined,
      },
    ],
  },
  examples: {
    compliant: [
      ingress({ rules, tls: [{ hosts: ["trading.example.com"], secretName: "trading-tls" }] }),
      ingress({ rules, tls: [{ hosts: ["*.example.com"] }] }),
      ingress({ rules, tls: [{ secretName: "trading-tls" }] }),
      object("gateway.networking.k8s.io/v1:TLSRoute", { spec: { hostnames: ["trading.example.com"] } }),
      object("networking.k8s.io/v1:IngressPatch", { metadata: { name: "x" }, spec: { rules } }),
    ],
    offending: [
      ingress({ rules }),
      ingress({ rules, tls: [] }),
      ingress({ rules, tls: [{ hosts: ["other.example.com"] }] }),
      ingress({ rules: [...rules, rule("a.b.example.com")], tls: [{ hosts: ["*.example.com"] }, { hosts: [] }] }),
      object("extensions/v1beta1:Ingress", { spec: { rules } }),
      object("networking.k8s.io/v1:IngressList", { items: [{ spec: { rules } }] }),
    ],
  },
};
