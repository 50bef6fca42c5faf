/** What an interrupted run made and never wrote into the state, where it would be in the way of the next. */
import type { Runtime, StackObject } from "../runtime/runtime.ts";
import { ask, type PulumiSession } from "./pulumi.ts";

/** Removes what the state does not know, and returns it for a message. */
export async function removeOrphans(runtime: Runtime, session: PulumiSession): Promise<StackObject[]> {
  const objects = await runtime.objects();
  if (objects.length === 0) return [];
  const orphans = runtime.orphans(objects, await ask(session, ["stack", "export"]));
  await runtime.remove(orphans, session.log);
  return orphans;
}
