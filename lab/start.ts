/** Programs that are waited for until they are ready. */
import { FIRST, type Lab, type LabNode, type Report } from "./lab.ts";
import { enter, inside } from "./node.ts";
import { fault, pidOf, start, until } from "./process.ts";

/** For a busy machine; on a quiet one every wait ends within seconds. */
export const PATIENCE_S = 180;

export interface Readiness {
  what: string;
  ready: () => Promise<boolean>;
  report: Report;
}

export const runInNode = (lab: Lab, name: string, command: string[], readiness: Readiness, node: LabNode = FIRST) =>
  run(lab, `${name}${node.suffix}`, enter(lab, command, node), readiness);

/** Starts a program and waits until it is ready; one that was about to end when it was found is started once more. */
export async function run(lab: Lab, name: string, command: string[], { what, ready, report }: Readiness) {
  let starts = 0;
  await until(
    what,
    PATIENCE_S,
    async () => {
      if (pidOf(lab, name) === undefined) {
        if (starts === 2) throw fault(lab, name, "it has ended twice");
        starts += 1;
        await start(lab, name, command);
      }
      return (await ready()) || "not yet";
    },
    report,
  );
}

export const hasTable = async (lab: Lab, node: LabNode, table: string): Promise<boolean> =>
  (await inside(lab, ["nft", "list", "table", ...table.split(" ")], { node })).code === 0;

export const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    () => true,
    () => false,
  );
