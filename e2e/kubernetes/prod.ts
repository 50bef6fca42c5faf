/** The prod stack on the lab: its commands, and what they print. */
import { expect } from "vitest";
import type { Finished } from "../../cli/process.ts";
import { type Call, horizon, horizonOk } from "../horizon.ts";

export const prod = (args: string[], call: Omit<Call, "stack"> = {}): Promise<string> =>
  horizonOk(["--lab", ...args], { ...call, stack: "prod" });

/** Also where it fails. */
export const prodTried = (args: string[]): Promise<Finished> => horizon(["--lab", ...args], { stack: "prod" });

export interface Row {
  name: string;
  instance: string;
  state: string;
  health: string;
}

export interface Audit {
  fills: number;
  signals: number;
  lost: number;
  doubled: number;
  violations: unknown[];
}

export interface Replayed {
  replay: { frames: Record<string, number> };
  audit: Audit;
}

export const rows = async (): Promise<Row[]> => JSON.parse(await prod(["status", "--json"])) as Row[];

/** Those that are not well, for a message. */
export const ailing = async (): Promise<string[]> =>
  (await rows())
    .filter(({ health }) => health !== "healthy")
    .map(({ name, instance, state, health }) => `${instance || name}: ${state}, ${health}`);

export interface Outputs {
  authority: string;
  needs: Record<string, string[]>;
}

export const outputs = async (): Promise<Outputs> => JSON.parse(await prod(["outputs", "--json"])) as Outputs;

/** The lab with the stack on it, up. */
export async function stackUp(...labOptions: string[]): Promise<Outputs> {
  await horizonOk(["lab", "up", ...labOptions], { timeout: 3_600_000 });
  await prod(["up"], { timeout: 3_600_000 });
  return outputs();
}

/** A preview finds nothing to do, a refresh no drift, and the preview after it nothing either. */
export async function settled(command: (args: string[]) => Promise<string> = prod): Promise<void> {
  expect((await command(["preview"])).trim()).toBe("nothing to do");
  await command(["refresh"]);
  expect((await command(["preview"])).trim()).toBe("nothing to do");
}

/** What the running Prometheus answers, in promtool's words. */
export const queried = (expression: string): Promise<string> =>
  prod(["exec", "prometheus", "--", "/bin/promtool", "query", "instant", "http://localhost:9090", expression]);
