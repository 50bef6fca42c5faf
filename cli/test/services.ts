/** Builds the `test` stage of each service: formatters, linters and tests run there with the compilers that build the image. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { buildArgs, buildClient } from "../machine/build.ts";
import { projectRoot } from "../paths.ts";
import { lastLines, run } from "../process.ts";
import type { Context } from "../session.ts";
import { sum, type Tally } from "./levels.ts";

const servicesDir = join(projectRoot, "services");

export const serviceNames = (): string[] =>
  readdirSync(servicesDir).filter((name) => existsSync(join(servicesDir, name, "Dockerfile")));

export async function serviceTests(context: Context): Promise<Tally> {
  const tallies: Tally[] = [];
  for (const name of serviceNames()) tallies.push(await serviceTest(context, name));
  return sum(tallies);
}

async function serviceTest(context: Context, name: string): Promise<Tally> {
  const began = Date.now();
  const dockerfile = join("services", name, "Dockerfile");
  const args = [...buildArgs(context), "--target", "test", "--file", dockerfile, "services"];
  const env = { ...context.env, DOCKER_BUILDKIT: "1" };
  const finished = await run(await buildClient(), args, {
    cwd: projectRoot,
    env,
    log: context.log,
    timeout: 1_800_000,
  });
  const ok = finished.code === 0;
  const seconds = Math.round((Date.now() - began) / 1000);
  process.stdout.write(`${ok ? "ok" : "FAILED"} service ${name} (${seconds} s)\n`);
  if (!ok) process.stdout.write(`${lastLines(finished.stderr, 40).join("\n")}\n`);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}
