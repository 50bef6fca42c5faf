/** Where the stack can be reached from outside. */
import { isIP } from "node:net";
import { type Doors, doorsOf } from "../infra/doors.ts";

type Configured = Parameters<typeof doorsOf>[0];

/** An address that listens on every interface isn't one to go to. */
export function outsideHost(config: Configured): string {
  const { host } = doorsOf(config);
  return host === "0.0.0.0" ? "127.0.0.1" : host;
}

/** Nothing where the door is off. */
export function outside(config: Configured, door: keyof Doors["ports"]): { hostPort?: number } {
  const port = doorsOf(config).ports[door];
  return port === "off" ? {} : { hostPort: port };
}

/** What browsers are sent to; by name, because the certificate and cookies are for a name. */
export function entranceUrl(config: Configured): string {
  const { hostPort } = outside(config, "gateway");
  if (hostPort === undefined) return "https://gateway:8443";
  const host = outsideHost(config);
  // A browser leaves HTTPS' own port out of what it calls an origin.
  return `https://${host === "127.0.0.1" ? "localhost" : host}${hostPort === 443 ? "" : `:${hostPort}`}`;
}

/** What the servers' certificates are good for. */
export function serverNames(config: Configured) {
  const loopback = { dns: ["localhost"], addresses: ["127.0.0.1"] };
  const host = outsideHost(config);
  const known = host === "127.0.0.1" || host === "localhost";
  const [dns, addresses] = known ? [[], []] : isIP(host) ? [[], [host]] : [[host], []];
  return {
    gateway: { dns: ["gateway", ...loopback.dns, ...dns], addresses: [...loopback.addresses, ...addresses] },
    engine: { dns: ["engine", ...loopback.dns], addresses: loopback.addresses },
  };
}
