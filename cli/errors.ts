/** How a failure leaves the program: what is printed and which exit code a script sees. */
import { UserError } from "../infra/errors.ts";
import { CommandFailed, lastLines } from "./process.ts";

/** Documented in `horizon help` and docs/operations.md. */
export const exitCodes = {
  ok: 0,
  /** The operation failed half-way, or an audit found a violation. */
  failed: 1,
  /** Wrong use or bad input; nothing was changed. */
  usage: 2,
  /** The machine lacks something that `doctor` names. */
  machine: 3,
  interrupted: 130,
} as const;

/** The input was fine and the operation failed; running it again continues. */
export class OperationFailed extends UserError {}

/** The machine can't run the stack; nothing was touched. */
export class MachineUnfit extends UserError {}

/** A full disk under the state, the logs or the caches is the user's to mend, not a fault of ours. */
function asUserError(error: unknown): unknown {
  if (!(error instanceof Error) || (error as NodeJS.ErrnoException).code !== "ENOSPC") return error;
  const { path } = error as NodeJS.ErrnoException;
  return new OperationFailed({
    where: path ?? "disk",
    what: "the disk is full",
    given: error.message,
    allowed: "room for state, logs and caches; `horizon doctor` names the directories",
    remedy: "free some space and run the same command again; what is done is kept",
  });
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof MachineUnfit) return exitCodes.machine;
  if (error instanceof OperationFailed) return exitCodes.failed;
  return error instanceof UserError ? exitCodes.usage : exitCodes.failed;
}

/** The text for standard error. A fault of ours keeps its stack trace: there is no remedy to offer but a report. */
export function explain(thrown: unknown, log: string | undefined): string {
  const error = asUserError(thrown);
  const trailer = log === undefined ? "" : `\n  full log: ${log}`;
  if (error instanceof UserError) return `error: ${error.message}${trailer}`;
  if (error instanceof CommandFailed) {
    const { stdout, stderr } = error.finished;
    const words = lastLines(stderr.trim() === "" ? stdout : stderr, 15).map((line) => `  | ${line}`);
    return [`error: ${error.message}`, ...words, `  to reproduce: ${error.command}${trailer}`].join("\n");
  }
  return `error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}${trailer}`;
}
