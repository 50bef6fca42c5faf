/** What the translators know beside the workload: decided once by configuration, the same for every workload. */
import type { Input } from "@pulumi/pulumi";
import type { Exposing } from "./exposure.ts";
import type { SizeProfile } from "./resources.ts";

export interface Context {
  stack: string;
  namespace: string;
  /** How much of its ceiling a workload asks for. */
  size: SizeProfile;
  /** The label and taint of nodes that latency-critical workloads have to themselves. */
  nodePool: { label: string; value: string };
  /** Absent: the cluster's default. */
  storageClass?: string | undefined;
  exposing: Exposing;
  /** Secrets of the namespace with which nodes pull images. */
  pullSecrets: readonly string[];
  /** Where the world outside is, as networks; empty: the public internet. */
  outside: readonly string[];
  /** Name servers beside the cluster's own, as networks. */
  dnsServers: readonly string[];
  /** Makes the hash of a secret say nothing of it. */
  hashKey: Input<string>;
}
