/** How many nodes the lab has; kept, so that a later `up` brings the same ones back. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "./errors.ts";
import { type Lab, type LabNode, NODES } from "./lab.ts";

/** The file in the lab's folder. */
export const COUNT = "nodes";

function kept(lab: Lab): number {
  try {
    return Number.parseInt(readFileSync(join(lab.home, COUNT), "utf8"), 10);
  } catch {
    return 1;
  }
}

export const nodesOf = (lab: Lab): LabNode[] => NODES.slice(0, kept(lab));

/** Without a number the lab stays as it is. Nodes can be added to a lab, and not taken from it. */
export function keepCount(lab: Lab, wanted = kept(lab)): void {
  if (wanted < kept(lab)) {
    throw new LabError({
      what: "a lab can't have fewer nodes than it had",
      given: `--nodes ${wanted}, and it has ${kept(lab)}`,
      allowed: `${kept(lab)} to ${NODES.length}`,
      remedy: "run `horizon lab down` first",
    });
  }
  mkdirSync(lab.home, { recursive: true, mode: 0o700 });
  writeFileSync(join(lab.home, COUNT), `${wanted}\n`);
}
