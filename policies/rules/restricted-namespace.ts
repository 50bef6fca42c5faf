import { object } from "../examples.ts";
import type { Rule } from "../rule.ts";

const label = "pod-security.kubernetes.io/enforce";

/** Kubernetes only: the cluster itself then holds whatever comes into the namespace by another way to the same standard. */
export const restrictedNamespace: Rule = {
  name: "restricted-namespace",
  description: "The cluster enforces Pod Security `restricted` in every namespace of the stack.",
  level: "mandatory",
  remedy: { kubernetes: `set the label ${label} to "restricted"` },
  checks: {
    namespace: [
      {
        finds: ({ enforces }) =>
          enforces === "restricted" ? undefined : `enforces ${enforces === "" ? "no level" : `only "${enforces}"`}`,
      },
    ],
  },
  examples: {
    compliant: [object("core/v1:Namespace", { metadata: { labels: { [label]: "restricted" } } })],
    offending: [
      object("core/v1:Namespace", { metadata: { name: "trading" } }),
      object("core/v1:Namespace", { metadata: { labels: { [label]: "baseline" } } }),
    ],
  },
};
