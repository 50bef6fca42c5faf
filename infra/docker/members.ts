/** Who is on which network: an address for each, and no more workloads than it has room for. */
import type { Network } from "@pulumi/docker";
import { refuse } from "../errors.ts";
import type { Allocation } from "./subnets.ts";

export interface Joined extends Allocation {
  network: string;
  resource: Network;
  members: Set<string>;
}

export function join(joined: Joined, workload: string): void {
  const { network, subnet, room, members } = joined;
  members.add(workload);
  if (members.size <= room) return;
  const prefix = Number(subnet.split("/")[1]);
  refuse([
    {
      where: `workload ${workload}, needs`,
      what: `the network of ${network} is full`,
      given: `${members.size} workloads in ${subnet}`,
      allowed: `${room}`,
      remedy: `pin a larger one in the stack's configuration, cipherhorizon:docker.subnets.${network}, with a prefix below ${prefix}`,
    },
  ]);
}
