/** A failure that a user can mend, in the four parts in which the command-line tool shows it. */
export interface Problem {
  where: string;
  what: string;
  given: string;
  allowed: string;
  remedy: string;
}

export class ToolchainError extends Error {
  readonly problem: Problem;

  constructor(problem: Omit<Problem, "where">) {
    const { what, given, allowed, remedy } = problem;
    super(`toolchain: ${what}\n  given:   ${given}\n  allowed: ${allowed}\n  remedy:  ${remedy}`);
    this.name = "ToolchainError";
    this.problem = { where: "toolchain", ...problem };
  }
}
