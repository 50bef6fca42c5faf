import { runtimeFor } from "../runtime/choose.ts";
import type { LogOptions } from "../runtime/runtime.ts";
import { requireWorkload } from "./status.ts";

/** A workload's own words, passed through; resolves with an exit code. */
export async function logs(stack: string, name: string, options: LogOptions): Promise<number> {
  const runtime = await runtimeFor(stack);
  await requireWorkload(runtime, name);
  return await runtime.logs(name, options);
}
