/** What a stack may configure of the machines that latency-critical workloads have to themselves. */
import { z } from "zod";
import { count, field, size } from "./config-fields.ts";

const cpus = (about: string) => field(z.string(), about, "a CPU list in rising order, such as 0-1 or 0,8");

const pages = size("Amount on one machine, divided evenly over its memory nodes");

/** One kind of machine in a pool: what differs is another pool. */
export const machine = z.strictObject({
  cores: cpus("All cores that are on, as `lscpu --extended` numbers them"),
  reserved: cpus("Those of them for the system, the kubelet and its daemons; all others are isolated"),
  numaNodes: z
    .array(cpus("The cores of a memory node"))
    .min(1)
    .max(64)
    .optional()
    .describe("Memory nodes in order, each by its cores; absent: one with all cores"),
  threadsPerCore: count("Hardware threads of a core that are on", 1, 8).default(1),
  hugePages: z
    .strictObject({ "2Mi": pages.optional(), "1Gi": pages.optional() })
    .prefault({})
    .describe("Huge pages reserved at boot, by page size"),
  memoryReserved: size("Memory for the system, the kubelet and its daemons").default("1Gi"),
});
