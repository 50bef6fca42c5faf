import { doctorStep } from "../doctor/run.ts";
import { machineSteps } from "../machine/steps.ts";
import { runSteps, type Step } from "../progress.ts";
import type { Context } from "../session.ts";
import { summary } from "../stack/events.ts";
import { platformOf } from "../stack/platform.ts";
import { deploy } from "../stack/pulumi.ts";
import { orphanStep, stateStep } from "../stack/ready.ts";
import { printOutputs } from "./outputs.ts";

export const policyArgs = ["--policy-pack", "policies"];

const deployStep: Step<Context> = {
  title: "Stack",
  run: async (context, report) => {
    const done = await deploy(context, ["up", "--yes", "--skip-preview", ...policyArgs], report);
    return summary(done.changes);
  },
};

const replicasStep: Step<Context> = {
  title: "Replicas",
  run: async ({ stack }, report) => (await import("../runtime/kubernetes/replicas.ts")).waitForReplicas(stack, report),
};

/** Brings the stack to what the program says; ends when every container is healthy. */
export async function up(context: Context): Promise<void> {
  const after = platformOf(context.stack) === "kubernetes" ? [replicasStep] : [];
  await runSteps([doctorStep, ...machineSteps(context.stack), stateStep, orphanStep, deployStep, ...after], context);
  await printOutputs(context);
}
