import { UserError } from "../../infra/errors.ts";
import { objectName } from "../../infra/names.ts";
import { runOk } from "../process.ts";

export interface WorkloadStatus {
  name: string;
  state: string;
  health: string;
  restarts: number;
  startedAt: string;
  image: string;
}

interface Inspected {
  Name: string;
  RestartCount: number;
  Config: { Labels: Record<string, string> };
  Image: string;
  State: { Status: string; StartedAt: string; Health?: { Status: string } };
}

/** What runs now, asked of the engine and not of the state. Containers that only carry files are left out. */
export async function readStatus(stack: string): Promise<WorkloadStatus[]> {
  const filter = ["--filter", `label=cipherhorizon.stack=${stack}`];
  const { stdout } = await runOk("docker", ["ps", "--all", "--quiet", ...filter], { timeout: 30_000 });
  const ids = stdout.split("\n").filter((id) => id !== "");
  if (ids.length === 0) return [];
  const inspected = await runOk("docker", ["inspect", ...ids], { timeout: 30_000 });
  return toStatus(JSON.parse(inspected.stdout) as Inspected[]);
}

export const toStatus = (containers: Inspected[]): WorkloadStatus[] =>
  containers
    .filter(({ State }) => State.Status !== "created")
    .map((container) => ({
      name: container.Config.Labels["app.kubernetes.io/name"] ?? container.Name.replace(/^\//, ""),
      state: container.State.Status,
      health: container.State.Health?.Status ?? "unknown",
      restarts: container.RestartCount,
      startedAt: container.State.StartedAt,
      image: container.Image,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

export async function status(stack: string, json: boolean): Promise<void> {
  const found = await readStatus(stack);
  if (json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else if (found.length === 0) process.stdout.write(`nothing of the stack ${stack} runs; \`horizon up\` starts it\n`);
  else for (const row of found) process.stdout.write(`${line(row)}\n`);
}

const line = ({ name, state, health, restarts, startedAt }: WorkloadStatus): string =>
  `${name.padEnd(20)} ${state.padEnd(10)} ${health.padEnd(10)} ${`${restarts} restarts`.padEnd(12)} since ${startedAt.slice(0, 19)}`;

/** The container of a workload, or an error that names the ones there are. */
export async function containerOf(stack: string, name: string): Promise<string> {
  const found = await readStatus(stack);
  if (found.some((row) => row.name === name)) return objectName(stack, name);
  throw new UserError({
    where: `workload ${name}`,
    what: "there is no such workload in the running stack",
    given: name,
    allowed: found.map((row) => row.name).join(", ") || "none runs",
    remedy: "name one of these, or start the stack with `horizon up`",
  });
}
