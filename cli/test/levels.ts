/** The levels of `horizon test`, in the order in which a fault is cheapest to find. */

export const levels = ["static", "unit", "services", "images", "stack", "cluster", "lab"] as const;
export type Level = (typeof levels)[number];

/** What runs when no level is named: the rest of the lab's takes an hour. A cluster of this machine's own is root's to make. */
export const defaultLevels = (isRoot: boolean): Level[] =>
  levels.filter((level) => level !== "lab" && (level !== "cluster" || isRoot));

/** What each level proves, for `horizon test --help`. */
export const about: Record<Level, string> = {
  static: "format, lint, types",
  unit: "pure functions, components under mocks, properties, policies, contracts",
  services: "each service's own linters and tests, with the compilers that build its image",
  images: "third-party equivalents: built, hardened, healthy; the alerts, by the real promtool",
  stack: "the whole stack on the real engine: up, no-op, drift, change, replay, audit, faults, down",
  cluster:
    "prod on a real Kubernetes of this machine, as root: up, no-op, replay, the engine's core, connections, down",
  lab: "the rest of the lab, only when named: faults under load, ways in, managed servers, nodes, other API servers, the plugin",
};

/** What needs the Docker engine, the toolchain and the base image. */
export const needsMachine = (level: Level): boolean => level !== "static" && level !== "unit";

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
