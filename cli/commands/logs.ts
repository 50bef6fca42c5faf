import { spawn } from "node:child_process";
import { containerOf } from "./status.ts";

export interface LogOptions {
  follow: boolean;
  /** Lines from the end. */
  tail: string;
}

/** The engine's own words, passed through; resolves with its exit code. */
export async function logs(stack: string, name: string, options: LogOptions): Promise<number> {
  const container = await containerOf(stack, name);
  const args = ["logs", "--tail", options.tail, ...(options.follow ? ["--follow"] : []), container];
  return await new Promise((resolve, reject) => {
    const child = spawn("docker", args, { stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 0));
  });
}
