/** The levels of `horizon test`, in the order in which a fault is cheapest to find. */

export const levels = ["static", "unit", "services", "images", "stack", "lab"] as const;
export type Level = (typeof levels)[number];

/** What runs when no level is named: the lab takes minutes to build and changes settings of the host. */
export const defaultLevels: readonly Level[] = levels.filter((level) => level !== "lab");

/** What each level proves, for `horizon test --help`. */
export const about: Record<Level, string> = {
  static: "format, lint, types",
  unit: "pure functions, components under mocks, properties, policies, contracts",
  services: "each service's own linters and tests, with the compilers that build its image",
  images: "third-party equivalents: built, hardened, healthy; the alerts, by the real promtool",
  stack: "the whole stack on the real engine: up, no-op, drift, change, replay, audit, faults, down",
  lab: "a real Kubernetes on this machine, as root, and the API servers of other minors; only when named",
};

/** What needs the Docker engine, the toolchain and the base image. */
export const needsMachine = (level: Level): boolean => level === "services" || level === "images" || level === "stack";

export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

export const sum = (tallies: Tally[]): Tally =>
  tallies.reduce(
    (total, { passed, failed, skipped }) => ({
      passed: total.passed + passed,
      failed: total.failed + failed,
      skipped: total.skipped + skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );

/** The closing line, in a form that machines read as well. */
export const closing = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
