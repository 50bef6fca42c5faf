import { existsSync, rmSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { UserError } from "../../infra/errors.ts";
import { machineSteps } from "../machine/steps.ts";
import { stackDir } from "../paths.ts";
import { runSteps, type Step } from "../progress.ts";
import { runtimeFor } from "../runtime/choose.ts";
import type { StackObject } from "../runtime/runtime.ts";
import type { Context } from "../session.ts";
import { configFile, isLab, isLocal } from "../stack/backend.ts";
import { summary } from "../stack/events.ts";
import { protectsData } from "../stack/platform.ts";
import { ask, deploy, removeStack } from "../stack/pulumi.ts";
import { orphanStep, stateStep } from "../stack/ready.ts";
import { forgetSalt } from "../stack/salt.ts";

export interface DownOptions {
  /** Volumes and generated secrets stay, so that the next `up` finds its data and can open it. */
  keepData: boolean;
}

/** What must outlive a `down --keep-data`: the data and the credentials and keys that belong to it. */
const keptTypes =
  /^(docker:index\/volume:Volume|kubernetes:core\/v1:(PersistentVolumeClaim|Namespace)|random:|tls:|pulumi:)/;

export const keptUrns = (exported: string): string[] => {
  const state = JSON.parse(exported) as { deployment?: { resources?: { urn: string; type: string }[] } };
  return (state.deployment?.resources ?? []).filter(({ type }) => keptTypes.test(type)).map(({ urn }) => urn);
};

/** Removes the stack; with its data unless told to keep it, and never without having asked or been told. */
export async function down(context: Context, wanted: DownOptions): Promise<void> {
  // Protected data can't be deleted, and is of no use without the secrets that open it.
  const isProtected = protectsData(context.stack);
  const options = { keepData: wanted.keepData || isProtected };
  if (!wanted.keepData) await confirm(context, isProtected);
  const destroyStep: Step<Context> = {
    title: "Remove",
    run: async (_, report) => {
      const kept = options.keepData ? keptUrns(await ask(context, ["stack", "export"])) : [];
      const done = await deploy(
        context,
        ["destroy", "--yes", "--skip-preview", ...kept.flatMap((urn) => ["--exclude", urn])],
        report,
      );
      return summary(done.changes);
    },
  };
  const sweepStep: Step<Context> = { title: "Leftovers", run: (inner) => sweep(inner, options) };
  await runSteps([...machineSteps(context.stack), stateStep, orphanStep, destroyStep, sweepStep], context);
  if (isProtected && !wanted.keepData) process.stderr.write(`${stillProtected}\n`);
}

const stillProtected =
  "the data is protected: to delete it too, set protect to false in the stack's configuration, run up, then down";

async function confirm(context: Context, isProtected: boolean): Promise<void> {
  if (context.yes) return;
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(
    `This deletes the stack ${context.stack} ${isProtected ? "and keeps its data" : "with all its data"}. Type its name to go on: `,
  );
  prompt.close();
  if (answer.trim() === context.stack) return;
  throw new UserError({
    where: `stack ${context.stack}`,
    what: "not removed",
    given: answer.trim() === "" ? "no answer" : answer.trim(),
    allowed: `the stack's name, ${context.stack}`,
    remedy: "type the name, or use --yes; --keep-data removes everything but the data",
  });
}

function forgetLocal(stack: string): void {
  const ofLab = isLab(stack);
  if (existsSync(stackDir(stack))) rmSync(stackDir(stack), { recursive: true });
  if (ofLab) rmSync(configFile(stack));
  else forgetSalt(stack);
}

/** What carries the stack's label and was in no state; then the stack itself and its folder. */
async function sweep(context: Context, options: DownOptions): Promise<string> {
  const runtime = await runtimeFor(context.stack);
  const objects = await runtime.objects();
  const left = objects.filter((object) => !(options.keepData && runtime.holdsData(object)));
  await runtime.remove(left, context.log);
  if (options.keepData)
    return `the data, the secrets and the state are kept: ${named(objects.filter((object) => runtime.holdsData(object) && object.kind !== "files"))}`;
  await removeStack(context);
  if (isLocal(context.stack)) forgetLocal(context.stack);
  return left.length === 0 ? "none" : `removed ${named(left)}`;
}

const named = (objects: StackObject[]): string =>
  objects.map(({ kind, name }) => `${kind} ${name}`).join(", ") || "none";
