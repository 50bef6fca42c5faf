/** Where the lab keeps its things, and the names and addresses that never change. There is one lab per machine. */
import { homedir } from "node:os";
import { join } from "node:path";

export interface Lab {
  /** Certificates, settings, logs, process ids and the node's data; private to the user. */
  home: string;
  /** Programs, kept when the lab goes. */
  cache: string;
  /** Receives the full output of every command. */
  log: string;
}

/** Says what a step is doing or waiting for right now. */
export type Report = (waitingFor: string) => void;

export interface LabStep {
  title: string;
  /** A returned text is added to the title when the step is done. */
  run: (lab: Lab, report: Report) => Promise<string | undefined>;
}

export const cacheDir = (env: NodeJS.ProcessEnv = process.env): string =>
  join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "cipherhorizon", "lab");

export const NODE = "lab-node";
/** The link between the host and the node; nothing else of the lab's network is seen on the host. */
export const LINK = { device: "hz-lab", network: "10.215.0.0/30", host: "10.215.0.1", node: "10.215.0.2" } as const;
export const PODS = "10.244.0.0/24";
export const SERVICES = { network: "10.96.0.0/16", api: "10.96.0.1", dns: "10.96.0.10" } as const;
export const API = `https://${LINK.node}:6443`;
/** The same address on the host and in the node: container tools take a registry on loopback without TLS. */
export const REGISTRY = "127.0.0.1:5077";
export const CGROUP = "horizon-lab";
/**
 * The real node as a pool of its own. It has the label and not the taint: everything else must run there too. Two cores, of which the
 * first is everybody's, and the huge pages that the lab reserves.
 */
export const NODE_POOL = {
  label: "cipherhorizon.io/pool",
  value: "latency",
  machine: { cores: "0-1", reserved: "0", hugePages: { "2Mi": "128Mi" }, memoryReserved: "256Mi" },
} as const;

export const pki = (lab: Lab, file: string): string => join(lab.home, "pki", file);
export const settings = (lab: Lab, file: string): string => join(lab.home, "etc", file);
export const adminKubeconfig = (lab: Lab): string => join(lab.home, "kubeconfig");
/** What the node sees as /var/lib and /var/log. */
export const nodeData = (lab: Lab): string => join(lab.home, "node", "lib");
export const nodeLogs = (lab: Lab): string => join(lab.home, "node", "log");
