/**
 * What an interrupted run made in the engine but never wrote into the state. Such an object holds a fixed name, so the next run
 * would stumble over it, or is never named again. All of it is removed but a volume with state, which the next run takes over.
 */
import { contentLabel } from "../../infra/docker/labels.ts";
import { run, runOk } from "../process.ts";
import { ask, type PulumiSession } from "./pulumi.ts";

export interface EngineObject {
  /** Apart from each other: volumes with a workload's state, and those that only carry files into a container. */
  kind: "container" | "network" | "volume" | "files" | "image";
  /** As the state has it. */
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

const asked: Record<"container" | "network" | "volume" | "image", string[]> = {
  container: ["ps", "--all", "--no-trunc", "--format", "{{.ID}}\t{{.Names}}"],
  network: ["network", "ls", "--no-trunc", "--format", "{{.ID}}\t{{.Name}}"],
  volume: ["volume", "ls", "--format", `{{.Name}}\t{{.Name}}\t{{.Label "${contentLabel}"}}`],
  image: ["image", "ls", "--no-trunc", "--format", "{{.ID}}{{.Repository}}:{{.Tag}}\t{{.Repository}}:{{.Tag}}"],
};

const removeArgs: Record<EngineObject["kind"], (object: EngineObject) => string[]> = {
  container: ({ id }) => ["rm", "--force", id],
  network: ({ id }) => ["network", "rm", id],
  volume: ({ id }) => ["volume", "rm", id],
  files: ({ id }) => ["volume", "rm", id],
  image: ({ name }) => ["image", "rm", name],
};

/** Everything in the engine that carries this stack's label, in the order in which it can be removed. */
export async function listObjects(stack: string): Promise<EngineObject[]> {
  const lists = (["container", "network", "volume", "image"] as const).map(async (kind) => {
    const args = [...asked[kind], "--filter", `label=cipherhorizon.stack=${stack}`];
    const { stdout } = await runOk("docker", args, { timeout: 30_000 });
    const rows = stdout.split("\n").filter((line) => line !== "");
    return rows.map((row): EngineObject => {
      const [id = "", name = "", content = ""] = row.split("\t");
      return { kind: kind === "volume" && content !== "" ? "files" : kind, id, name };
    });
  });
  const objects = (await Promise.all(lists)).flat();
  // An image without a name is a layer that a later build took over, and goes with it.
  return objects.filter(({ kind, name }) => kind !== "image" || !name.includes("<none>"));
}

export async function removeObjects(objects: EngineObject[], log: string): Promise<void> {
  for (const object of objects) await run("docker", removeArgs[object.kind](object), { log, timeout: 180_000 });
}

/** Removes what the state does not know, and returns it for a message. */
export async function removeOrphans(session: PulumiSession): Promise<EngineObject[]> {
  const objects = await listObjects(session.stack);
  if (objects.length === 0) return [];
  const orphans = orphansAmong(objects, knownIds(await ask(session, ["stack", "export"])));
  await removeObjects(orphans, session.log);
  return orphans;
}
