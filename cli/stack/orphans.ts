/**
 * What an interrupted run made in the engine but never wrote into the state. Such an object holds a fixed name, so the next run
 * would stumble over it. Containers and networks hold no data and are removed; a volume is taken over by its name, never removed.
 */
import { run, runOk } from "../process.ts";
import { ask, type PulumiSession } from "./pulumi.ts";

export interface EngineObject {
  kind: "container" | "network" | "volume";
  id: string;
  name: string;
}

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

export const orphansAmong = (objects: EngineObject[], known: ReadonlySet<string>): EngineObject[] =>
  objects.filter(({ id, kind }) => kind !== "volume" && !known.has(id));

const listArgs = {
  container: ["ps", "--all", "--no-trunc", "--format", "{{.ID}}\t{{.Names}}"],
  network: ["network", "ls", "--no-trunc", "--format", "{{.ID}}\t{{.Name}}"],
  volume: ["volume", "ls", "--format", "{{.Name}}\t{{.Name}}"],
} as const;

const removeArgs = {
  container: (id: string) => ["rm", "--force", id],
  network: (id: string) => ["network", "rm", id],
  volume: (id: string) => ["volume", "rm", id],
} as const;

/** Everything in the engine that carries this stack's label. */
export async function listObjects(stack: string): Promise<EngineObject[]> {
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

export async function removeObjects(objects: EngineObject[], log: string): Promise<void> {
  for (const { kind, id } of objects) await run("docker", removeArgs[kind](id), { log, timeout: 180_000 });
}

/** Removes what the state does not know, and returns it for a message. */
export async function removeOrphans(session: PulumiSession): Promise<EngineObject[]> {
  const objects = await listObjects(session.stack);
  if (objects.length === 0) return [];
  const orphans = orphansAmong(objects, knownIds(await ask(session, ["stack", "export"])));
  await removeObjects(orphans, session.log);
  return orphans;
}
