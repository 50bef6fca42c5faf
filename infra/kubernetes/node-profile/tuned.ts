/** A profile of tuned: what is not a matter of the boot, and not of cores, which isolcpus and the kubelet decide. */
import { type NodeProfile, shownCores } from "./profile.ts";

export const toTuned = ({ isolated, pool }: NodeProfile): string => `[main]
summary=Nodes of the pool ${pool.value}: low latency, cores left to the kernel command line and the kubelet
# Governor performance, no deep sleep of cores, busy polling of sockets, no automatic NUMA balancing, no NMI watchdog.
include=network-latency

[vm]
# network-latency says never; programs that ask may have them.
transparent_hugepages=madvise

[irqbalance]
# It would move interrupts back that irqaffinity keeps away.
banned_cpus=${shownCores(isolated)}
`;
