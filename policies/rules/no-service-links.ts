import { pod } from "../examples.ts";
import { hardenedPod } from "../kubernetes/hardened.ts";
import type { Rule } from "../rule.ts";

const { enableServiceLinks, ...silent } = hardenedPod;

/** Kubernetes only: Docker has no such thing. The names collide with settings, as KAFKA_PORT did, and tell what else is there. */
export const noServiceLinks: Rule = {
  name: "no-service-links",
  description: "The environment doesn't list the services of the namespace.",
  level: "mandatory",
  remedy: { kubernetes: "set enableServiceLinks to false" },
  checks: {
    unit: [{ finds: ({ serviceLinks }) => (serviceLinks ? "gets every service's address as variables" : undefined) }],
  },
  examples: {
    compliant: [pod()],
    offending: [
      pod({ enableServiceLinks: true }),
      [{ type: "kubernetes:core/v1:Pod", name: "subject", props: { spec: silent } }],
    ],
  },
};
