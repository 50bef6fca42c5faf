import { object } from "../examples.ts";
import { exposedAnnotation } from "../kubernetes/cluster.ts";
import type { Rule } from "../rule.ts";

const metadata = { name: "gateway", annotations: { [exposedAnnotation]: "the one entrance" } };

/** Kubernetes only: on Docker every published port is on the loopback address. */
export const declaredExposure: Rule = {
  name: "declared-exposure",
  description: `A Service that opens a port to the world outside says to whom (\`loadBalancerSourceRanges\`, not everybody) or why (annotation \`${exposedAnnotation}\`).`,
  level: "mandatory",
  remedy: {
    kubernetes: `use type ClusterIP, or set loadBalancerSourceRanges to those who may come in, or the annotation ${exposedAnnotation}`,
  },
  checks: {
    service: [
      {
        finds: (service) =>
          service.openings.length > 0 && !service.declared
            ? `is reachable from outside by ${service.openings.join(", ")}`
            : undefined,
      },
    ],
  },
  examples: {
    compliant: [
      object("core/v1:Service", { spec: {} }),
      object("core/v1:Service", { spec: { type: "ClusterIP" } }),
      object("core/v1:Service", { metadata, spec: { type: "NodePort" } }),
      object("core/v1:Service", { spec: { type: "LoadBalancer", loadBalancerSourceRanges: ["198.51.100.0/24"] } }),
      object("core/v1:Service", { metadata, spec: { type: "LoadBalancer", loadBalancerSourceRanges: ["0.0.0.0/0"] } }),
    ],
    offending: [
      object("core/v1:Service", { spec: { type: "LoadBalancer", loadBalancerSourceRanges: ["0.0.0.0/0"] } }),
      object("core/v1:Service", { spec: { type: "LoadBalancer", loadBalancerSourceRanges: ["192.0.2.0/24", "::/0"] } }),
      object("core/v1:Service", { spec: { type: "LoadBalancer" } }),
      object("core/v1:Service", { spec: { type: "NodePort" } }),
      // The API heeds them for a load balancer only.
      object("core/v1:Service", { spec: { type: "NodePort", loadBalancerSourceRanges: ["198.51.100.0/24"] } }),
      object("core/v1:Service", { spec: { externalIPs: ["192.0.2.1"] } }),
      object("core/v1:Service", { metadata: { annotations: { [exposedAnnotation]: "" } }, spec: { type: "NodePort" } }),
      object("core/v1:ServiceList", { items: [{ spec: { type: "NodePort" } }] }),
    ],
  },
};
