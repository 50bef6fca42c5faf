/**
 * What of a stack is in the engine. An interrupted run may have made something there and never have written it into the state.
 * Such an object holds a fixed name, so the next run would stumble over it. Containers and networks hold no data and are removed;
 * a volume is taken over by its name, never removed.
 */
import { run, runOk } from "../../process.ts";
import type { StackObject } from "../runtime.ts";

type Kind = "container" | "network" | "volume";

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

const listArgs = {
  container: ["ps", "--all", "--no-trunc", "--format", "{{.ID}}\t{{.Names}}"],
  network: ["network", "ls", "--no-trunc", "--format", "{{.ID}}\t{{.Name}}"],
  volume: ["volume", "ls", "--format", "{{.Name}}\t{{.Name}}"],
} as const;

const removeArgs: Record<Kind, (id: string) => string[]> = {
  container: (id) => ["rm", "--force", id],
  network: (id) => ["network", "rm", id],
  volume: (id) => ["volume", "rm", id],
};

/** Everything in the engine that carries this stack's label. */
export async function listObjects(stack: string): Promise<StackObject[]> {
  const lists = (["container", "network", "volume"] as const).map(async (kind) => {
    const args = [...listArgs[kind], "--filter", `label=cipherhorizon.stack=${stack}`];
    const { stdout } = await runOk("docker", args, { timeout: 30_000 });
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => ({ kind, id: line.split("\t")[0] ?? "", name: line.split("\t")[1] ?? "" }));
  });
  return (await Promise.all(lists)).flat();
}

export async function removeObjects(objects: StackObject[], log: string): Promise<void> {
  for (const { kind, id } of objects) await run("docker", removeArgs[kind as Kind](id), { log, timeout: 180_000 });
}
