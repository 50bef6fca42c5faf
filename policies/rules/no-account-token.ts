import { object, pod } from "../examples.ts";
import { hardenedPod } from "../kubernetes/hardened.ts";
import type { Rule } from "../rule.ts";

const { automountServiceAccountToken, ...silent } = hardenedPod;

/**
 * Kubernetes only: the engine's socket, the nearest thing on Docker, is no-host-access's. Who needs the API mounts a
 * projected token of its own, with an audience and an end. The service account may say the same, but the pod's word counts.
 */
export const noAccountToken: Rule = {
  name: "no-account-token",
  description: "No token for the Kubernetes API is mounted without being asked for.",
  level: "mandatory",
  remedy: { kubernetes: "set automountServiceAccountToken to false; if it is needed, project a serviceAccountToken" },
  checks: {
    unit: [{ finds: ({ accountToken }) => (accountToken ? "is given its service account's token" : undefined) }],
  },
  examples: {
    compliant: [
      pod(),
      pod({ volumes: [{ name: "token", projected: { sources: [{ serviceAccountToken: { audience: "vault" } }] } }] }),
    ],
    offending: [pod({ automountServiceAccountToken: true }), object("core/v1:Pod", { spec: silent })],
  },
};
