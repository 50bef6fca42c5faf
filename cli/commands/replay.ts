import { createHash } from "node:crypto";
import { createReadStream, existsSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../infra/errors.ts";
import type { Audit } from "../audit/check.ts";
import { renderAudit } from "../audit/run.ts";
import { OperationFailed } from "../errors.ts";
import { type Report, runSteps } from "../progress.ts";
import { runtimeFor } from "../runtime/choose.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Context } from "../session.ts";
import { runAudit } from "./audit.ts";
import { Headway } from "./headway.ts";
import { requireWorkload } from "./status.ts";

/** What market-data says of a session when all of it is published. */
export interface ReplaySummary {
  session: string;
  frames: Record<string, number>;
  published: Record<string, number>;
  gaps: number;
  resyncs: number;
}

export interface ReplayOptions {
  json: boolean;
  /** `max`, or a multiple of the capture's own pace such as `4x`. */
  speed: string;
}

/** Sends a capture through the running stack, waits for all of it, and audits. Returns whether there was no violation. */
export async function replay(context: Context, file: string, { json, speed }: ReplayOptions): Promise<boolean> {
  requireFile(file);
  const session = await sessionOf(file);
  const runtime = await runtimeFor(context.stack);
  await requireWorkload(runtime, "market-data");
  let summary: ReplaySummary | undefined;
  const step = {
    title: `Replay ${file}`,
    run: async (_: Context, report: Report) => {
      summary = await send(runtime, file, ["--session", session, "--speed", speed], context.log, report);
      return `${Object.values(summary.frames).reduce((sum, count) => sum + count, 0)} frames`;
    },
  };
  await runSteps([step], context);
  await settle(runtime);
  const result = await runAudit(context);
  process.stdout.write(
    `${json ? JSON.stringify({ replay: summary, audit: result }, null, 2) : render(summary, result)}\n`,
  );
  return result.violations.length === 0;
}

function requireFile(file: string): void {
  if (existsSync(file) && statSync(file).isFile()) return;
  throw new UserError({
    where: "replay FILE",
    what: "there is no such capture",
    given: file,
    allowed: "a file with one frame a line: receive time in ns, a space, the JSON frame; plain or gzip",
    remedy: "name an existing capture",
  });
}

/** A new session each time, so that the same capture can be sent twice; its start tells which capture it was. */
async function sessionOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return `replay-${hash.digest("hex").slice(0, 12)}-${Date.now()}`;
}

async function send(
  runtime: Runtime,
  file: string,
  options: string[],
  log: string,
  report: Report,
): Promise<ReplaySummary> {
  const headway = new Headway(Date.now());
  for (let attempt = 1; ; attempt += 1) {
    report(attempt === 1 ? "market-data to take the capture" : `market-data to go on (attempt ${attempt})`);
    const command = ["/market-data", "replay", ...options, "-"];
    const onLine = (line: string, from: "stdout" | "stderr"): void => {
      if (from !== "stderr") return;
      report(line);
      headway.saw(line, Date.now());
    };
    const finished = await runtime.run("market-data", command, {
      timeout: 900_000,
      log,
      input: createReadStream(file),
      onLine,
    });
    const last = finished.stdout.trim().split("\n").at(-1) ?? "";
    if (finished.code === 0 && last.startsWith("{")) return JSON.parse(last) as ReplaySummary;
    if (headway.isOver(Date.now()))
      throw notTaken(file, `${finished.stderr}${finished.stdout}`.trim().split("\n").at(-1) ?? "", log);
    await sleep(1500);
  }
}

const notTaken = (file: string, words: string, log: string): Error =>
  new OperationFailed({
    where: `replay ${file}`,
    what: "market-data did not take the whole capture",
    given: words,
    allowed: "a running market-data that reaches Kafka",
    remedy: `see \`horizon status\` and \`horizon logs market-data\`, then run the command again; full log: ${log}`,
  });

/** Markers of transactions and a feed that goes on keep the lag above 0; below this the signals of the capture have come. */
const caughtUp = 100;

/** The audit waits for records in flight by itself; this gives the signals, which nothing promises in number, time to come. */
async function settle(runtime: Runtime): Promise<void> {
  const deadline = Date.now() + 180_000;
  while (Date.now() < deadline && (await signalLag(runtime)) > caughtUp) await sleep(500);
}

/** Records of market data that trading-signal has not dealt with. */
async function signalLag(runtime: Runtime): Promise<number> {
  const command = ["/provisioner", "lag", "trading-signal"];
  const finished = await runtime.run("provisioner", command, { timeout: 30_000 }).catch(() => undefined);
  const lag = Number.parseInt(finished?.stdout ?? "", 10);
  // No answer is no reason to go on: the provisioner may be the container that was just killed.
  return finished?.code === 0 && !Number.isNaN(lag) ? lag : Number.POSITIVE_INFINITY;
}

function render(summary: ReplaySummary | undefined, result: Audit): string {
  const frames = Object.entries(summary?.frames ?? {}).map(
    ([kind, count]) => `${kind.padEnd(12)} ${String(count).padStart(9)}`,
  );
  return [`session ${summary?.session}`, ...frames, renderAudit(result)].join("\n");
}
