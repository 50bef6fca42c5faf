/** The health check, and how long a start waits for it. */
import type { ContainerArgs } from "@pulumi/docker";
import { goDuration, milliseconds } from "../units.ts";
import type { Health } from "../workload.ts";

const checkTimeout = 5_000;
const retries = 3;

export function toHealth({
  exec,
  http,
  startWithin,
  interval = "5s",
  ...rest
}: Health): Pick<ContainerArgs, "healthcheck" | "wait" | "waitTimeout"> {
  rest satisfies Record<string, never>;
  // The engine can only run commands; the command asks the same.
  void http;
  const start = milliseconds(startWithin);
  const every = milliseconds(interval);
  return {
    healthcheck: {
      tests: ["CMD", ...exec],
      interval: goDuration(every),
      timeout: goDuration(checkTimeout),
      startPeriod: goDuration(start),
      retries,
    },
    wait: true,
    // The first check comes one interval after the start, so a start just in time is seen up to two intervals later.
    waitTimeout: Math.ceil((start + 2 * every + checkTimeout) / 1000),
  };
}
