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
/** The link between the host and the first node; nothing else of the lab's network is seen on the host. */
export const LINK = { device: "hz-lab", network: "10.215.0.0/30", host: "10.215.0.1", node: "10.215.0.2" } as const;
/** Of all nodes. */
export const PODS = "10.244.0.0/16";

export interface LabNode {
  name: string;
  /** Behind the names of its programs and files: none for the first. */
  suffix: "" | "-2" | "-3";
  /** Its own end of its link; the other end, and that end's device: on the host, or in the first node. */
  address: string;
  gateway: string;
  device: string;
  pods: string;
}

/** The first node has the control plane too. */
export const FIRST: LabNode = {
  name: NODE,
  suffix: "",
  address: LINK.node,
  gateway: LINK.host,
  device: LINK.device,
  pods: "10.244.0.0/24",
};

/** Each hangs on the first by a link of its own. */
const further = (number: 2 | 3): LabNode => ({
  name: `${NODE}-${number}`,
  suffix: `-${number}`,
  address: `10.215.0.${4 * number - 2}`,
  gateway: `10.215.0.${4 * number - 3}`,
  device: `node-${number}`,
  pods: `10.244.${number - 1}.0/24`,
});

/** As many as there can be. */
export const NODES: readonly [LabNode, LabNode, LabNode] = [FIRST, further(2), further(3)];
export const isFirst = ({ suffix }: LabNode): boolean => suffix === "";

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
/** Each kubelet removes what it doesn't know below its own. */
export const cgroupOf = (node: LabNode): string => (isFirst(node) ? CGROUP : `${CGROUP}/${node.name}`);

export const pki = (lab: Lab, file: string): string => join(lab.home, "pki", file);
export const settings = (lab: Lab, file: string): string => join(lab.home, "etc", file);
export const adminKubeconfig = (lab: Lab): string => join(lab.home, "kubeconfig");
export const nodeSettings = (lab: Lab, node: LabNode, file: string): string => settings(lab, join(node.name, file));
/** What a node sees as /var/lib and /var/log. */
export const nodeData = (lab: Lab, { suffix } = FIRST): string => join(lab.home, `node${suffix}`, "lib");
export const nodeLogs = (lab: Lab, { suffix } = FIRST): string => join(lab.home, `node${suffix}`, "log");
/** Claims' folders, which every node sees at the same path. */
export const volumes = (lab: Lab): string => join(nodeData(lab), "horizon-volumes");
