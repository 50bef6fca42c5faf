/** The lab's node as the pool that latency-critical workloads want: what the node documents of `horizon render` say, as far as two cores can. */

/** It has the label and not the taint: everything else must run there too. */
export const NODE_POOL = {
  label: "cipherhorizon.io/pool",
  value: "latency",
  machine: { cores: "0-1", reserved: "0", hugePages: { "2Mi": "128Mi" }, memoryReserved: "256Mi" },
} as const;

export const poolLabel = `--node-labels=${NODE_POOL.label}=${NODE_POOL.value}`;

/** Settings of a kubelet that gives cores away (static CPU manager). */
export const exclusive = {
  cpuManagerPolicyOptions: { "full-pcpus-only": "true" },
  // Cores, memory and huge pages of a pod are of one memory node.
  topologyManagerPolicy: "single-numa-node",
  memoryManagerPolicy: "Static",
  kubeReserved: { memory: "256Mi" },
  // The kubelet wants the sum of that and of the eviction threshold.
  reservedMemory: [{ numaNode: 0, limits: { memory: "356Mi" } }],
};
