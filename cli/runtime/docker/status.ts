import { runOk } from "../../process.ts";
import type { WorkloadStatus } from "../runtime.ts";

interface Inspected {
  Name: string;
  RestartCount: number;
  Config: { Labels: Record<string, string> };
  Image: string;
  State: { Status: string; StartedAt: string; Health?: { Status: string } };
}

/** Asked of the engine. Containers that only carry files are left out. */
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
    .map((container) => {
      const instance = container.Name.replace(/^\//, "");
      return {
        name: container.Config.Labels["app.kubernetes.io/name"] ?? instance,
        instance,
        state: container.State.Status,
        health: container.State.Health?.Status ?? "unknown",
        restarts: container.RestartCount,
        startedAt: container.State.StartedAt,
        image: container.Image,
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
