import { container, initContainer, pod } from "../examples.ts";
import type { Rule } from "../rule.ts";

/** Kubernetes only: a Docker container is reached by no other way, and loopback-ports says how. */
export const noHostPorts: Rule = {
  name: "no-host-ports",
  description: "No port of a node is taken; a Service leads to a pod.",
  level: "mandatory",
  remedy: { kubernetes: "remove hostPort and expose the port by a Service" },
  checks: {
    process: [
      {
        control: "hostPorts",
        finds: ({ published }) =>
          published.length > 0 ? `takes port ${published.map(({ port }) => port).join(", ")} of the node` : undefined,
      },
    ],
  },
  examples: {
    compliant: [pod(), container({ ports: [{ containerPort: 8080, hostPort: 0 }] })],
    offending: [
      container({ ports: [{ containerPort: 8080 }, { containerPort: 9090, hostPort: 9090 }] }),
      initContainer({ ports: [{ containerPort: 8080, hostPort: 8080, hostIP: "127.0.0.1" }] }),
    ],
  },
};
