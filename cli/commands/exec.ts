import { runtimeFor } from "../runtime/choose.ts";
import { requireWorkload } from "./status.ts";

/** Runs a command in a workload's container, with this terminal where there is one; resolves with its exit code. */
export async function exec(stack: string, name: string, command: string[]): Promise<number> {
  const runtime = await runtimeFor(stack);
  await requireWorkload(runtime, name);
  return await runtime.attach(name, command);
}
