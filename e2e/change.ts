/** Changes the test stack's configuration for the time of one step, and tells which containers that replaced or updated. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { type Inspected, nameOf, root, stack } from "./horizon.ts";

const file = join(root, `Pulumi.${stack}.yaml`);

/** Runs `step` with other resources for one workload; the file is put back whatever happens. */
export async function withResource(workload: string, resource: object, step: () => Promise<void>): Promise<void> {
  const original = readFileSync(file, "utf8");
  const document = parseDocument(original);
  document.setIn(["config", "cipherhorizon:resources", workload], document.createNode(resource));
  writeFileSync(file, document.toString());
  try {
    await step();
  } finally {
    writeFileSync(file, original);
  }
}

/** Names of containers that are new, gone, or run with another limit. */
export function changedContainers(before: Inspected[], after: Inspected[]): string[] {
  const key = (container: Inspected): string => `${container.Id} ${container.HostConfig.Memory}`;
  const [old, now] = [new Set(before.map(key)), new Set(after.map(key))];
  const gone = before.filter((container) => !now.has(key(container)));
  const come = after.filter((container) => !old.has(key(container)));
  return [...new Set([...gone, ...come].map(nameOf))].sort();
}
