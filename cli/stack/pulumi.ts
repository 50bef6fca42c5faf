/** Runs the Pulumi engine as a child, follows its events, and turns a failure into words that help. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buildLog } from "../../infra/docker/build-log.ts";
import { OperationFailed } from "../errors.ts";
import { projectRoot } from "../paths.ts";
import { commandLine, type Finished, lastLines, run, runOk } from "../process.ts";
import type { Report } from "../progress.ts";
import { type Deployment, type EngineEvent, emptyDeployment, reduce, waitingFor } from "./events.ts";
import { knownFailure } from "./failures.ts";

export interface PulumiSession {
  stack: string;
  /** The whole environment: the caller's, the toolchain's, the backend's and the site's. */
  env: NodeJS.ProcessEnv;
  log: string;
}

/** An hour: a first `up` on two cores builds a dozen images. */
const deployTimeout = 3_600_000;

/** A Pulumi command that changes the stack; its events feed `report`. */
export async function deploy(session: PulumiSession, args: string[], report: Report): Promise<Deployment> {
  const state = emptyDeployment();
  const full = [...args, "--stack", session.stack, "--non-interactive", "--json"];
  const ticker = setInterval(() => report(waitingFor(state, Date.now()) || "the program"), 1000);
  const onLine = (line: string): void => {
    const event = parseEvent(line);
    if (event === undefined) return;
    const ended = reduce(state, event, Date.now());
    if (ended !== undefined) appendFileSync(session.log, `# ${ended}\n`);
    if (ended !== undefined && !process.stderr.isTTY) report(ended, "done");
  };
  try {
    const options = { cwd: projectRoot, env: session.env, log: session.log, timeout: deployTimeout, onLine, mayLog };
    const finished = await run("pulumi", full, options);
    if (finished.code !== 0) throw failure(session, full, finished, state);
    return state;
  } finally {
    clearInterval(ticker);
  }
}

/** Providers write what they are given, secrets too, into their debug messages; everything else masks them. */
export const mayLog = (line: string): boolean => !line.includes('"severity":"debug"');

function parseEvent(line: string): EngineEvent | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as EngineEvent;
  } catch {
    return undefined;
  }
}

/** A Pulumi command that only asks; its standard output is returned. */
export async function ask(session: PulumiSession, args: string[]): Promise<string> {
  const full = [...args, "--stack", session.stack, "--non-interactive"];
  const finished = await run("pulumi", full, { cwd: projectRoot, env: session.env, timeout: 120_000 });
  if (finished.code !== 0) throw failure(session, full, finished, emptyDeployment());
  return finished.stdout;
}

/** The stack exists afterwards; an existing one is left as it is. */
export async function ensureStack(session: PulumiSession): Promise<void> {
  const args = ["stack", "select", session.stack, "--create", "--non-interactive"];
  const finished = await run("pulumi", args, {
    cwd: projectRoot,
    env: session.env,
    log: session.log,
    timeout: 120_000,
  });
  if (finished.code !== 0) throw failure(session, args, finished, emptyDeployment());
}

export async function removeStack(session: PulumiSession): Promise<void> {
  const args = ["stack", "rm", session.stack, "--yes", "--preserve-config", "--non-interactive"];
  await runOk("pulumi", args, { cwd: projectRoot, env: session.env, log: session.log, timeout: 120_000 });
}

/** Known failures get their own remedy; the others show the engine's words, the log and the command. */
function failure(session: PulumiSession, args: string[], finished: Finished, state: Deployment): Error {
  const text = [...state.errors, finished.stderr, finished.stdout.length < 20_000 ? finished.stdout : ""].join("\n");
  const known = knownFailure(text);
  const violations = state.violations.filter((v) => v.mandatory).map((v) => `${v.rule}: ${v.resource}: ${v.message}`);
  const words = [
    ...compilerWords(state.errors),
    ...violations,
    ...(state.errors.length > 0 ? state.errors : lastLines(finished.stderr, 12)),
  ];
  return new OperationFailed({
    where: `stack ${session.stack}`,
    what: known?.what ?? (violations.length > 0 ? "the policy pack refuses this stack" : `pulumi ${args[0]} failed`),
    // Whole: a rollout's error has the events and the last log lines in it.
    given: words.join("\n").replaceAll("\n", "\n           "),
    allowed: known?.allowed ?? "see the resource's own words above",
    remedy: `${known?.remedy ?? "mend the cause and run the same command again; what is done is kept"}
           to reproduce: eval "$(./horizon env --stack ${session.stack})" && ${commandLine(
             "pulumi",
             args.filter((a) => a !== "--json"),
           )}`,
  });
}

/** The provider names a failed build's step and exit code; what the compiler said is in the build's own log. */
function compilerWords(errors: string[]): string[] {
  const images = errors.flatMap((error) => /^remote image (\S+)\.image:/.exec(error)?.[1] ?? []);
  return [...new Set(images)].flatMap((name) => {
    const file = join(projectRoot, buildLog(name));
    const log = existsSync(file) ? lastLines(readFileSync(file, "utf8"), 20) : [];
    return log.length === 0 ? [] : [`the build of ${name}, from ${buildLog(name)}:`, ...log.map((line) => `| ${line}`)];
  });
}
