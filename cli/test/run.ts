import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildLab } from "../commands/lab.ts";
import { buildClient } from "../machine/build.ts";
import { toolSteps } from "../machine/steps.ts";
import { projectRoot } from "../paths.ts";
import { commandLine, lastLines, run } from "../process.ts";
import { runSteps } from "../progress.ts";
import type { Context } from "../session.ts";
import { closing, defaultLevels, type Level, levels, needsMachine, sum, type Tally } from "./levels.ts";
import { serviceTests } from "./services.ts";

const nodeBin = (name: string): string => join(projectRoot, "node_modules", ".bin", name);

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Runs the levels named, or those that run by default, and returns the tally; the closing line is printed last. */
export async function test(context: Context, wanted: readonly Level[]): Promise<Tally> {
  const isRoot = process.getuid?.() === 0;
  const chosen = wanted.length === 0 ? defaultLevels(isRoot) : levels.filter((level) => wanted.includes(level));
  if (wanted.length === 0 && !isRoot)
    say("level cluster: left out, only root can make a cluster (sudo ./horizon test cluster)");
  if (chosen.some(needsMachine)) await runSteps(toolSteps, context);
  const tallies: Tally[] = [];
  for (const level of chosen) {
    const began = Date.now();
    const tally = await runners[level](context);
    say(`level ${level}: ${closing(tally)} in ${Math.round((Date.now() - began) / 1000)} s`);
    tallies.push(tally);
  }
  const total = sum(tallies);
  if (total.failed > 0) say(`full log: ${context.log}`);
  say(closing(total));
  return total;
}

/** The tests of images build with the client themselves; those of the stack leave building to the program. */
async function imageTests(context: Context): Promise<Tally> {
  const env = { ...context.env, HORIZON_DOCKER: await buildClient() };
  return await slow({ ...context, env }, 2_400_000, "images/");
}

const runners: Record<Level, (context: Context) => Promise<Tally>> = {
  static: (context) => staticChecks(context),
  unit: (context) => vitest(context, "vitest.config.ts", 600_000),
  services: (context) => serviceTests(context),
  images: (context) => imageTests(context),
  stack: (context) => slow(context, 2_400_000, "e2e/", "--exclude", `${onKubernetes}**`),
  cluster: async (context) => {
    await buildLab(context.log, "cluster");
    return slow(context, 2_400_000, `${onKubernetes}stack`);
  },
  lab: async (context) => {
    await buildLab(context.log, "all");
    return sum([
      await slow(context, 3_600_000, "lab/"),
      await slow(context, 3_600_000, "toolchain/kubernetes/"),
      await slow(context, 14_400_000, onKubernetes, "--exclude", `${onKubernetes}stack*`),
    ]);
  },
};

const onKubernetes = "e2e/kubernetes/";

const slow = (context: Context, timeout: number, ...filter: string[]): Promise<Tally> =>
  vitest(context, "vitest.slow.config.ts", timeout, ...filter);

async function staticChecks(context: Context): Promise<Tally> {
  const checks: [string, string[]][] = [
    ["biome", ["ci", "--error-on-warnings", "--diagnostic-level=warn", "."]],
    ["tsc", ["--noEmit"]],
  ];
  const results = checks.map(async ([tool, args]) => {
    const finished = await run(nodeBin(tool), args, { cwd: projectRoot, log: context.log, timeout: 300_000 });
    if (finished.code !== 0) say([`FAILED ${commandLine(tool, args)}`, ...lastLines(finished.stdout, 30)].join("\n"));
    return { passed: finished.code === 0 ? 1 : 0, failed: finished.code === 0 ? 0 : 1, skipped: 0 };
  });
  return sum(await Promise.all(results));
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
}

async function vitest(context: Context, config: string, timeout: number, ...filter: string[]): Promise<Tally> {
  const report = `${context.log}.vitest-${filter[0]?.replaceAll("/", "") ?? "unit"}.json`;
  // Tests that take minutes are told one by one as they end, the thousand fast ones by file.
  const progress = filter.length === 0 ? "default" : "verbose";
  const reporters = [`--reporter=${progress}`, "--reporter=json", `--outputFile.json=${report}`];
  const args = ["run", "--config", config, ...reporters, ...filter];
  const env = { ...context.env, NO_COLOR: "1" };
  const finished = await run(nodeBin("vitest"), args, {
    cwd: projectRoot,
    env,
    log: context.log,
    timeout,
    onLine: say,
  });
  const result = readReport(report);
  // A suite that can't be loaded runs no test and would otherwise count as nothing.
  const failed = Math.max(result.numFailedTests, finished.code === 0 ? 0 : 1);
  return { passed: result.numPassedTests, failed, skipped: result.numPendingTests };
}

function readReport(file: string): VitestReport {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as VitestReport;
  } catch {
    return { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0 };
  }
}
