/** Where the stack is reached from outside, whatever it runs on. */
import type { Config } from "./config.ts";

export interface Doors {
  /** Name or address; where it is an address to listen on, it may be every interface's. */
  host: string;
  ports: Config["docker"]["hostPorts"];
}

export function doorsOf({ platform, docker, kubernetes }: Pick<Config, "platform" | "docker" | "kubernetes">): Doors {
  if (platform === "kubernetes") return kubernetes.expose;
  return { host: docker.bindAddress, ports: docker.hostPorts };
}
