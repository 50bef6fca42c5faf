import { container, initContainer, pod } from "../examples.ts";
import type { Rule } from "../rule.ts";

/** Kubernetes only: a Docker health check is a command in its own container. */
export const localProbes: Rule = {
  name: "local-probes",
  description: "Probes and hooks turn to the container itself, so no node can be made to call elsewhere.",
  level: "mandatory",
  remedy: { kubernetes: "remove `host` from the probe or hook" },
  checks: {
    process: [
      {
        control: "hostProbesAndHostLifecycle",
        finds: ({ probedHosts }) =>
          probedHosts.length > 0 ? `has a probe or hook that calls ${probedHosts.join(", ")}` : undefined,
      },
    ],
  },
  examples: {
    compliant: [pod(), container({ startupProbe: { httpGet: { host: "", port: 8080 } } })],
    offending: [
      container({ livenessProbe: { httpGet: { host: "169.254.169.254", port: 80 } } }),
      container({ readinessProbe: { tcpSocket: { host: "10.0.0.1", port: 80 } } }),
      container({ startupProbe: { httpGet: { host: "localhost", port: 80 } } }),
      container({ lifecycle: { postStart: { httpGet: { host: "10.0.0.1", port: 80 } } } }),
      initContainer({ lifecycle: { preStop: { tcpSocket: { host: "10.0.0.1", port: 80 } } } }),
    ],
  },
};
