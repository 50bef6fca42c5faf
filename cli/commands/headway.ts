/** How long a replay that breaks off is taken up again. */

/** In milliseconds: as long as an API server or a workload may reasonably be away. */
const patience = 180_000;

/**
 * A run that breaks off (a killed container, an API server that is away) is taken up again until nothing more has been committed for
 * that long; market-data publishes only what is missing. Times are in milliseconds.
 */
export class Headway {
  private committed = -1;
  private since: number;

  constructor(now: number) {
    this.since = now;
  }

  /** A line of market-data's; what an earlier run committed already is no headway. */
  saw(line: string, now: number): void {
    const committed = Number(/"committed_seq":(\d+)/.exec(line)?.[1] ?? -1);
    if (committed <= this.committed) return;
    this.committed = committed;
    this.since = now;
  }

  isOver(now: number): boolean {
    return now - this.since > patience;
  }
}
