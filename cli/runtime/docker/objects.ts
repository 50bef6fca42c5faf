/**
 * What of a stack is in the engine. An interrupted run may have made something there and never have written it into the state. Such an
 * object holds a fixed name, so the next run would stumble over it, or is never named again. All of it is removed but a volume with
 * state, which the next run takes over.
 */
import { contentLabel } from "../../../infra/docker/labels.ts";
import { run, runOk } from "../../process.ts";
import type { StackObject } from "../runtime.ts";

/** Apart from each other: volumes with a workload's state, and those that only carry files into a container. */
type Kind = "container" | "network" | "volume" | "files" | "image";

interface StateResource {
  type: string;
  id?: string;
}

/** Ids of everything of Docker's that the state knows. */
export function knownIds(exported: string): Set<string> {
  const state = JSON.parse(exported) as { deployment?: { resources?: StateResource[] } };
  const resources = state.deployment?.resources ?? [];
  return new Set(resources.flatMap(({ type, id }) => (type.startsWith("docker:") && id !== undefined ? [id] : [])));
}

export const orphansAmong = (objects: StackObject[], known: ReadonlySet<string>): StackObject[] =>
  objects.filter(({ id, kind }) => kind !== "volume" && !known.has(id));

const asked: Record<"container" | "network" | "volume" | "image", string[]> = {
  container: ["ps", "--all", "--no-trunc", "--format", "{{.ID}}\t{{.Names}}"],
  network: ["network", "ls", "--no-trunc", "--format", "{{.ID}}\t{{.Name}}"],
  volume: ["volume", "ls", "--format", `{{.Name}}\t{{.Name}}\t{{.Label "${contentLabel}"}}`],
  image: ["image", "ls", "--no-trunc", "--format", "{{.ID}}{{.Repository}}:{{.Tag}}\t{{.Repository}}:{{.Tag}}"],
};

const removeArgs: Record<Kind, (object: StackObject) => string[]> = {
  container: ({ id }) => ["rm", "--force", id],
  network: ({ id }) => ["network", "rm", id],
  volume: ({ id }) => ["volume", "rm", id],
  files: ({ id }) => ["volume", "rm", id],
  image: ({ name }) => ["image", "rm", name],
};

/** Everything in the engine that carries this stack's label, in the order in which it can be removed. */
export async function listObjects(stack: string): Promise<StackObject[]> {
  const lists = (["container", "network", "volume", "image"] as const).map(async (kind) => {
    const args = [...asked[kind], "--filter", `label=cipherhorizon.stack=${stack}`];
    const { stdout } = await runOk("docker", args, { timeout: 30_000 });
    const rows = stdout.split("\n").filter((line) => line !== "");
    return rows.map((row): StackObject => {
      const [id = "", name = "", content = ""] = row.split("\t");
      return { kind: kind === "volume" && content !== "" ? "files" : kind, id, name };
    });
  });
  const objects = (await Promise.all(lists)).flat();
  // An image without a name is a layer that a later build took over, and goes with it.
  return objects.filter(({ kind, name }) => kind !== "image" || !name.includes("<none>"));
}

export async function removeObjects(objects: StackObject[], log: string): Promise<void> {
  for (const object of objects) await run("docker", removeArgs[object.kind as Kind](object), { log, timeout: 180_000 });
}
