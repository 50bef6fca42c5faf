import { machineSteps } from "../machine/steps.ts";
import { runSteps, type Step } from "../progress.ts";
import type { Context } from "../session.ts";
import { summary } from "../stack/events.ts";
import { deploy } from "../stack/pulumi.ts";
import { stateStep } from "../stack/ready.ts";

const refreshStep: Step<Context> = {
  title: "Refresh",
  run: async (context, report) => {
    const done = await deploy(context, ["refresh", "--yes", "--skip-preview"], report);
    return `the state says what is there: ${summary(done.changes)}`;
  },
};

/** Reads what is really there into the state; the next `up` heals what drifted. */
export const refresh = (context: Context): Promise<void> =>
  runSteps([...machineSteps(context.stack), stateStep, refreshStep], context);
