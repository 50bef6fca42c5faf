import { docker } from "../examples.ts";
import type { Rule } from "../rule.ts";

const isLoopback = (address: string): boolean => address === "::1" || /^127(\.\d{1,3}){3}$/.test(address);

/** Docker only: a pod has an address of its own, and no-host-ports forbids it the host's. */
export const loopbackPorts: Rule = {
  name: "loopback-ports",
  description: "Published ports listen on the loopback address only.",
  level: "mandatory",
  remedy: { docker: "give it a network of its own and bind what it publishes to 127.0.0.1" },
  checks: {
    unit: [
      { finds: (unit) => (unit.hostNamespaces.includes("networkMode") ? "shares the host's network" : undefined) },
    ],
    process: [
      {
        finds: ({ published }) => {
          const open = published.find(({ address }) => !isLoopback(address));
          return open && `publishes port ${open.port} on ${open.address}`;
        },
      },
    ],
  },
  examples: {
    compliant: [docker(), docker({ ports: [] })],
    offending: [
      docker({ ports: [{ internal: 5432, external: 5432, ip: "0.0.0.0" }] }),
      docker({ ports: [{ internal: 5432, external: 5432 }] }),
      docker({ networkMode: "host" }),
    ],
  },
};
