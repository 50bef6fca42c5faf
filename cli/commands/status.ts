import { UserError } from "../../infra/errors.ts";
import { runtimeFor } from "../runtime/choose.ts";
import type { Runtime, WorkloadStatus } from "../runtime/runtime.ts";

export async function status(stack: string, json: boolean): Promise<void> {
  const found = await (await runtimeFor(stack)).status();
  if (json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else if (found.length === 0) process.stdout.write(`nothing of the stack ${stack} runs; \`horizon up\` starts it\n`);
  else for (const row of found) process.stdout.write(`${line(row, replicated(found, row))}\n`);
}

const replicated = (all: WorkloadStatus[], { name }: WorkloadStatus): boolean =>
  all.filter((row) => row.name === name).length > 1;

/** Replicas are told apart by their own names. */
function line({ name, instance, state, health, restarts, startedAt }: WorkloadStatus, byInstance: boolean): string {
  const since = startedAt === "" ? "" : ` since ${startedAt.slice(0, 19)}`;
  const which = byInstance ? ` ${instance}` : "";
  return `${name.padEnd(20)} ${state.padEnd(10)} ${health.padEnd(10)} ${`${restarts} restarts`.padEnd(12)}${since}${which}`;
}

/** Throws an error that names the workloads there are, where this one isn't. */
export async function requireWorkload(runtime: Runtime, name: string): Promise<void> {
  const found = await runtime.status();
  if (found.some((row) => row.name === name)) return;
  throw new UserError({
    where: `workload ${name}`,
    what: "there is no such workload in the running stack",
    given: name,
    allowed: [...new Set(found.map((row) => row.name))].join(", ") || "none runs",
    remedy: "name one of these, or start the stack with `horizon up`",
  });
}
