/** What every command that touches a stack works with. */
import type { PulumiSession } from "./stack/pulumi.ts";

export interface Context extends PulumiSession {
  /** Never ask: `--yes`, CI=true, or no terminal to ask on. */
  yes: boolean;
}

export function newContext(stack: string, log: string, yes: boolean): Context {
  const quiet = yes || process.env["CI"] === "true" || !process.stdin.isTTY;
  return { stack, log, yes: quiet, env: { ...process.env } };
}
