import { entranceStep } from "../doctor/entrance.ts";
import { nodesStep } from "../doctor/run.ts";
import { machineSteps } from "../machine/steps.ts";
import { type Preview, summarise, toComment, toText } from "../preview/summary.ts";
import { runSteps, type Step } from "../progress.ts";
import type { Context } from "../session.ts";
import { platformOf } from "../stack/platform.ts";
import { ask } from "../stack/pulumi.ts";
import { stateStep } from "../stack/ready.ts";
import { policyArgs } from "./up.ts";

export type PreviewFormat = "text" | "json" | "comment";

/** Shows what `up` would do, without doing it, and runs the policy pack. */
export async function preview(context: Context, format: PreviewFormat): Promise<void> {
  let found = "";
  const step: Step<Context> = {
    title: "Preview",
    run: async (_, report) => {
      report("the program and the policies");
      found = await ask(context, ["preview", "--json", ...policyArgs]);
      return undefined;
    },
  };
  await runSteps([...machineSteps(context.stack), ...clusterSteps(context.stack), stateStep, step], context);
  process.stdout.write(`${render(found, format, context.stack)}\n`);
}

/** A preview changes nothing, so what `up` would ask before it is only asked here where a preview can't see it by itself. */
const clusterSteps = (stack: string): Step<Context>[] =>
  platformOf(stack) === "kubernetes" ? [nodesStep, entranceStep] : [];

function render(found: string, format: PreviewFormat, stack: string): string {
  if (format === "json") return found.trimEnd();
  const summary = summarise(JSON.parse(found) as Preview);
  return format === "text" ? toText(summary) : toComment(summary, stack, toText(summary));
}
