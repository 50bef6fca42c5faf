import { docker, initContainer, pod, security } from "../examples.ts";
import { hardenedContainer } from "../kubernetes/hardened.ts";
import type { Rule } from "../rule.ts";

/** The one capability that Pod Security lets a container add. */
const bindsLowPorts = "NET_BIND_SERVICE";

export const noCapabilities: Rule = {
  name: "no-capabilities",
  description: "All Linux capabilities are dropped and none is added.",
  level: "mandatory",
  remedy: {
    docker: 'set capabilities to { drops: ["ALL"] } and remove privileged',
    kubernetes: 'set securityContext.capabilities to { drop: ["ALL"] } and remove privileged',
  },
  checks: {
    process: [
      {
        control: "privileged",
        finds: ({ privileged }) => (privileged ? "is privileged, which grants every capability" : undefined),
      },
      {
        control: "capabilities_restricted",
        finds: ({ drops }) => (drops.includes("ALL") ? undefined : "keeps the default capabilities"),
      },
      {
        control: "capabilities_restricted",
        finds: ({ adds }) => {
          const forbidden = adds.filter((name) => name !== bindsLowPorts);
          return forbidden.length > 0 ? `adds ${forbidden.join(", ")}` : undefined;
        },
      },
      { finds: ({ adds }) => (adds.includes(bindsLowPorts) ? `adds ${bindsLowPorts}` : undefined) },
    ],
  },
  examples: {
    compliant: [docker(), docker({ capabilities: { drops: ["all"] } }), pod(), security({ privileged: false })],
    offending: [
      docker({ capabilities: {} }),
      docker({ capabilities: { drops: ["NET_RAW"] } }),
      docker({ capabilities: { drops: ["ALL"], adds: ["SYS_NICE"] } }),
      docker({ privileged: true }),
      security({ capabilities: {} }),
      security({ capabilities: { drop: ["all"] } }),
      security({ capabilities: { drop: ["ALL"], add: ["SYS_NICE"] } }),
      security({ capabilities: { drop: ["ALL"], add: [bindsLowPorts] } }),
      security({ privileged: true }),
      initContainer({ securityContext: { ...hardenedContainer.securityContext, capabilities: { drop: ["NET_RAW"] } } }),
    ],
  },
};
