import { object } from "../examples.ts";
import type { Rule } from "../rule.ts";

const backend = { service: { name: "gateway", port: { name: "https" } } };
const http = { paths: [{ path: "/", pathType: "Prefix", backend }] };
const tls = [{ secretName: "trading-tls" }];
const ingress = (spec: object) => object("networking.k8s.io/v1:Ingress", { spec: { tls, ...spec } });
const route = (kind: string, spec: object) => object(`gateway.networking.k8s.io/${kind}`, { spec });
const hostnames = ["trading.example.com"];

/** Kubernetes only: on Docker nobody else shares the entrance. */
export const entranceNames: Rule = {
  name: "entrance-names",
  description:
    "An Ingress, or a route of a Gateway, says for which names it is: no wildcard takes in what is another's.",
  level: "mandatory",
  remedy: { kubernetes: "name each host in full, and leave the default backend to the cluster's operators" },
  checks: {
    entrance: [
      {
        finds: ({ hosts }) => {
          const vague = hosts.filter((host) => host === "" || host.startsWith("*"));
          return vague.length > 0 ? `answers to ${vague.map((host) => host || "any name").join(", ")}` : undefined;
        },
      },
    ],
  },
  examples: {
    compliant: [
      ingress({ rules: [{ host: "trading.example.com", http }] }),
      route("v1:TLSRoute", { hostnames }),
      route("v1:HTTPRoute", { hostnames }),
      object("networking.k8s.io/v1:IngressPatch", { metadata: { name: "x" }, spec: { tls } }),
    ],
    offending: [
      ingress({ rules: [{ http }] }),
      ingress({ rules: [{ host: "", http }] }),
      ingress({ rules: [{ host: "*.example.com", http }] }),
      ingress({ rules: [{ host: "trading.example.com", http }], defaultBackend: backend }),
      ingress({ defaultBackend: backend }),
      route("v1:TLSRoute", { hostnames: ["*.example.com"] }),
      route("v1alpha2:TLSRoute", {}),
      route("v1:HTTPRoute", { hostnames: [] }),
      route("v1:GRPCRoute", {}),
    ],
  },
};
