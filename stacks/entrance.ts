/** Where the stack can be reached from outside. */
import type { Config } from "../infra/config.ts";

type Doors = Pick<Config, "docker">;

/** An address that listens on every interface isn't one to go to. */
export const outsideHost = ({ docker }: Doors): string =>
  docker.bindAddress === "0.0.0.0" ? "127.0.0.1" : docker.bindAddress;

/** Nothing where the door is off. */
export function outside({ docker }: Doors, door: keyof Config["docker"]["hostPorts"]): { hostPort?: number } {
  const port = docker.hostPorts[door];
  return port === "off" ? {} : { hostPort: port };
}

/** What browsers are sent to; by name, because the certificate and cookies are for a name. */
export function entranceUrl(doors: Doors): string {
  const { hostPort } = outside(doors, "gateway");
  if (hostPort === undefined) return "https://gateway:8443";
  const host = outsideHost(doors);
  return `https://${host === "127.0.0.1" ? "localhost" : host}:${hostPort}`;
}

/** What the servers' certificates are good for. */
export function serverNames(doors: Doors) {
  const loopback = { dns: ["localhost"], addresses: ["127.0.0.1"] };
  const host = outsideHost(doors);
  const addresses = host === "127.0.0.1" ? loopback.addresses : [...loopback.addresses, host];
  return {
    gateway: { dns: ["gateway", ...loopback.dns], addresses },
    engine: { dns: ["engine", ...loopback.dns], addresses: loopback.addresses },
  };
}
