/** Changes one file of the copied checkout for the time of a step, and tells what that changed. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { root } from "./checkout.ts";
import { horizonOk, type Inspected, nameOf, stack } from "./horizon.ts";

/** Runs `step` with one file edited; the file is put back whatever happens. An edit that changes nothing is an error. */
export async function withEdit(path: string, edit: (text: string) => string, step: () => Promise<void>): Promise<void> {
  const file = join(root, path);
  const original = readFileSync(file, "utf8");
  const edited = edit(original);
  if (edited === original) throw new Error(`${path}: the edit found nothing to change`);
  writeFileSync(file, edited);
  try {
    await step();
  } finally {
    writeFileSync(file, original);
  }
}

/** Other resources for one workload, in the stack's configuration. */
export const withResource = (workload: string, resource: object, step: () => Promise<void>): Promise<void> =>
  withEdit(
    `Pulumi.${stack}.yaml`,
    (text) => {
      const document = parseDocument(text);
      document.setIn(["config", "cipherhorizon:resources", workload], document.createNode(resource));
      return document.toString();
    },
    step,
  );

/** Workloads of which a preview changes anything: `kafka` for `kafka`, `kafka.files`, `kafka.image` and the like. */
export async function previewedWorkloads(): Promise<string[]> {
  const { steps } = JSON.parse(await horizonOk(["preview", "--format", "json"])) as {
    steps: { op: string; urn: string }[];
  };
  const changed = steps.filter(({ op }) => op !== "same" && op !== "read");
  return [...new Set(changed.map(({ urn }) => (urn.split("::").at(-1) ?? "").split(".")[0] ?? ""))].sort();
}

/** Names of containers that are new, gone, or run with another limit. */
export function changedContainers(before: Inspected[], after: Inspected[]): string[] {
  const key = (container: Inspected): string => `${container.Id} ${container.HostConfig.Memory}`;
  const [old, now] = [new Set(before.map(key)), new Set(after.map(key))];
  const gone = before.filter((container) => !now.has(key(container)));
  const come = after.filter((container) => !old.has(key(container)));
  return [...new Set([...gone, ...come].map(nameOf))].sort();
}
