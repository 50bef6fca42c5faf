import { spawn } from "node:child_process";
import { containerOf } from "./status.ts";

/** Runs a command in a workload's container, with this terminal where there is one; resolves with its exit code. */
export async function exec(stack: string, name: string, command: string[]): Promise<number> {
  const container = await containerOf(stack, name);
  const terminal = process.stdin.isTTY && process.stdout.isTTY ? ["--tty"] : [];
  return await new Promise((resolve, reject) => {
    const child = spawn("docker", ["exec", "--interactive", ...terminal, container, ...command], { stdio: "inherit" });
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 0));
  });
}
