/** The kubelet's settings, as a drop-in for its folder of configurations (--config-dir); it wins over the main file. */
import { binary } from "../quantity.ts";
import { toYaml } from "../yaml.ts";
import { type NodeProfile, shownCores } from "./profile.ts";

const mebi = 1024 ** 2;

/** The kubelet's own default, written out because the sum below counts it. */
const evictionMemory = 100 * mebi;

export function toKubeletConfiguration(profile: NodeProfile) {
  const { pool, reserved, memoryReserved } = profile;
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    cpuManagerPolicy: "static",
    cpuManagerPolicyOptions: { "full-pcpus-only": "true" },
    topologyManagerPolicy: "single-numa-node",
    memoryManagerPolicy: "Static",
    reservedSystemCPUs: shownCores(reserved),
    systemReserved: { memory: binary(memoryReserved) },
    kubeReserved: { memory: "0" },
    evictionHard: {
      "memory.available": binary(evictionMemory),
      "nodefs.available": "10%",
      "nodefs.inodesFree": "5%",
      "imagefs.available": "15%",
      "imagefs.inodesFree": "5%",
    },
    reservedMemory: toReservedMemory(profile),
    registerWithTaints: [{ key: pool.label, value: pool.value, effect: "NoSchedule" }],
  };
}

/** The kubelet starts only where these add up to systemReserved, kubeReserved and the eviction threshold, to the byte. */
export function toReservedMemory({ numaNodes, reserved, memoryReserved }: NodeProfile) {
  const total = memoryReserved + evictionMemory;
  // Where the reserved cores are, so that the system's memory is theirs.
  const nodes = numaNodes.flatMap((cores, node) => (cores.some((core) => reserved.includes(core)) ? [node] : []));
  const share = Math.floor(total / nodes.length / mebi) * mebi;
  return nodes.map((numaNode, index) => ({
    numaNode,
    limits: { memory: binary(index === 0 ? total - share * (nodes.length - 1) : share) },
  }));
}

const about = (profile: NodeProfile): string =>
  [
    "static: an integer Guaranteed container has its cores to itself; from 1.33 on without a CPU quota.",
    "full-pcpus-only: nobody else gets the other thread of its core.",
    "single-numa-node, Static: cores, memory and huge pages of a pod are of one memory node, or it is not admitted.",
    "strict-cpu-reservation is left off: with it, daemons would run on the isolated cores that nobody has taken.",
    "No workload of the stack sets a kernel parameter, so allowedUnsafeSysctls is left alone.",
    "After a change of a policy: drain the node, stop the kubelet, remove cpu_manager_state and memory_manager_state from",
    "/var/lib/kubelet, start it. After a change of huge pages: restart it, or it goes on announcing the old number.",
    `The label has no field here: start the kubelet with --node-labels=${profile.pool.label}=${profile.pool.value}.`,
  ]
    .map((line) => `# ${line}\n`)
    .join("");

export const toKubelet = (profile: NodeProfile): string => about(profile) + toYaml([toKubeletConfiguration(profile)]);
