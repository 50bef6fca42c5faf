/** Something is done to the cluster while a capture is replayed at its own pace and requests come to the entrance. */
import { expect } from "vitest";
import { madeCapture } from "../capture.ts";
import { eventually } from "../wait.ts";
import { clientPod, isEntrance, type Sent, startLoad, total } from "./load.ts";
import { ailing, prod, type Replayed } from "./prod.ts";

export interface Work {
  /** Where the capture is made. */
  scratch: string;
  /** 250 of them take a second. */
  frames: number;
  authority: string;
  /** The node that the requests come from. */
  node: string;
  /** What it may ask: how many frames market-data has committed, as it says every now and then. */
  run: (committed: () => number) => Promise<void>;
  /** Pods end without a word: connections to one of them may break, which nobody can prevent. An answer is never an error. */
  abrupt?: boolean;
}

/** Afterwards all are well again, every frame has been published once, the audit passes, and the entrance has failed nobody. */
export async function underLoad(what: string, work: Work): Promise<void> {
  const { scratch, frames, authority, node, run, abrupt = false } = work;
  const { file, ...counts } = madeCapture(scratch, frames);
  const load = await startLoad(await clientPod(node), authority);
  let committed = -1;
  const onLine = (line: string): void => {
    committed = Math.max(committed, Number(/"committed_seq":(\d+)/.exec(line)?.[1] ?? -1));
  };
  const replayed = prod(["replay", file, "--speed", "1x", "--json"], { timeout: 1_800_000, onLine });
  // A failure is judged below; until then it must not count as unhandled.
  replayed.catch(() => undefined);
  await eventually("the replay to be under way", async () => committed >= 0 || undefined);
  const began = Date.now();
  const problem = await run(() => committed).catch((error: unknown) => error);
  const worked = Date.now() - began;
  const outcome = await replayed.catch((error: unknown) => error);
  const sent = await load.stop();
  report(what, worked, Date.now() - began, sent);
  if (problem !== undefined) throw problem;
  if (outcome instanceof Error) throw outcome;
  const { replay, audit } = JSON.parse(String(outcome)) as Replayed;
  expect(replay.frames).toMatchObject(counts);
  expect(audit).toMatchObject({ violations: [], lost: 0, doubled: 0 });
  expect(audit.fills).toBeGreaterThan(0);
  const failures = sent.filter(isEntrance).flatMap((one) => one.failures);
  expect(failures.filter(({ how }) => !abrupt || /^\d/.test(how))).toEqual([]);
  expect(Object.keys(total(sent)).filter((how) => how.includes("without"))).toEqual([]);
  await eventually("everything to be well", async () => ((await ailing()).length === 0 ? true : undefined));
}

/** Beside the entrance's own answers, which are judged, those of what runs once behind it. */
function report(what: string, worked: number, lasted: number, sent: Sent[]): void {
  const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
  const line = (name: string, some: Sent[]): string =>
    `  ${name}: ${JSON.stringify(total(some))}, asked again ${some.reduce((sum, { raced }) => sum + raced, 0)} times, slowest ${Math.max(...some.map(({ slowest }) => slowest))} ms`;
  const behind = sent.filter((one) => !isEntrance(one)).map((one) => line(one.name, [one]));
  const head = `${what}: took ${seconds(worked)} of the ${seconds(lasted)} of load and replay`;
  process.stdout.write(`${[head, line("entrance", sent.filter(isEntrance)), ...behind].join("\n")}\n`);
}
