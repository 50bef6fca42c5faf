/** A failure that a user can mend, in the same four parts as those of the program itself. */
export interface Problem {
  what: string;
  given: string;
  allowed: string;
  remedy: string;
}

export class Refusal extends Error {
  constructor({ what, given, allowed, remedy }: Problem) {
    super(`${what}\n  given:   ${given}\n  allowed: ${allowed}\n  remedy:  ${remedy}`);
    this.name = "Refusal";
  }
}
