/** A failure that a user can mend, in the four parts in which the command-line tool shows it. */
import type { Problem } from "../toolchain/errors.ts";

export class LabError extends Error {
  readonly problem: Problem;

  constructor(problem: Omit<Problem, "where">) {
    const { what, given, allowed, remedy } = problem;
    super(`lab: ${what}\n  given:   ${given}\n  allowed: ${allowed}\n  remedy:  ${remedy}`);
    this.name = "LabError";
    this.problem = { where: "lab", ...problem };
  }
}
