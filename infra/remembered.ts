/** What a platform made for the workloads that it runs, remembered for those that need them. */
import { UserError } from "./errors.ts";
import type { Running, Workload } from "./workload.ts";

export class Remembered<Made> {
  readonly #made = new Map<Running, Made>();

  add(running: Running, made: Made): Running {
    this.#made.set(running, made);
    return running;
  }

  /** What was made for something that `w` needs; refuses what this platform doesn't run. */
  of(w: Workload, running: Running): Made {
    const made = this.#made.get(running);
    if (made) return made;
    throw new UserError({
      where: `workload ${w.name}, needs`,
      what: "a needed workload isn't run by this platform",
      given: running.name,
      allowed: "what `run` of the same platform has returned",
      remedy: "pass the returned value itself, not a copy",
    });
  }
}
