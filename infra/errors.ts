/**
 * Mistakes a user can make and mend, apart from faults of ours: they are shown without a stack trace, all at once,
 * each in four parts.
 */
export interface Problem {
  /** Where: a configuration path or the thing concerned, e.g. `cipherhorizon:docker.subnetPool` or `workload kafka`. */
  where: string;
  /** What is wrong. */
  what: string;
  given: string;
  allowed: string;
  remedy: string;
}

export class UserError extends Error {
  readonly problems: readonly Problem[];
  /** The mark by which Pulumi's runtime knows an error to print as it is, without stack; spares an import of the SDK. */
  readonly __pulumiRunError = true;

  constructor(...problems: [Problem, ...Problem[]]) {
    super(problems.map(render).join("\n"));
    this.name = "UserError";
    this.problems = problems;
  }
}

/** Throws if there is anything to complain about. */
export function refuse(problems: readonly Problem[]): void {
  const [first, ...others] = problems;
  if (first) throw new UserError(first, ...others);
}

export function render({ where, what, given, allowed, remedy }: Problem): string {
  return `${where}: ${what}\n  given:   ${given}\n  allowed: ${allowed}\n  remedy:  ${remedy}`;
}

/** How a value is quoted in an error; long ones are cut. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
