import { type ContainerRule, known } from "../container.ts";
import { hardened } from "../hardened.ts";

const isLoopback = (address: string): boolean => address === "::1" || /^127(\.\d{1,3}){3}$/.test(address);

export const loopbackPorts: ContainerRule = {
  name: "loopback-ports",
  description: "Published ports listen on the loopback address only.",
  level: "mandatory",
  judge: (container) => {
    if (known(() => container.networkMode) === "host") return "shares the host's network; give it a network of its own";
    const open = (known(() => container.ports) ?? []).find((port) => !isLoopback(known(() => port.ip) ?? "0.0.0.0"));
    if (open === undefined) return undefined;
    return `publishes port ${open.external ?? open.internal} on ${open.ip ?? "every address"}; bind it to 127.0.0.1`;
  },
  examples: {
    compliant: [hardened, { ...hardened, ports: [] }],
    offending: [
      { ...hardened, ports: [{ internal: 5432, external: 5432, ip: "0.0.0.0" }] },
      { ...hardened, ports: [{ internal: 5432, external: 5432 }] },
      { ...hardened, networkMode: "host" },
    ],
  },
};
