import { type Problem, UserError } from "../../infra/errors.ts";
import { buildSteps } from "../../lab/build.ts";
import { downSteps } from "../../lab/down.ts";
import { LabError } from "../../lab/errors.ts";
import { adopt, currentKubeconfig, isForeign } from "../../lab/foreign.ts";
import { cacheDir, type Lab, type LabStep } from "../../lab/lab.ts";
import { simulateSteps } from "../../lab/simulate.ts";
import { kubectlProgram, readStatus, renderStatus } from "../../lab/status.ts";
import { upSteps } from "../../lab/up.ts";
import { ToolchainError } from "../../toolchain/errors.ts";
import { withLock } from "../../toolchain/lock.ts";
import { OperationFailed } from "../errors.ts";
import { labHome } from "../paths.ts";
import { runSteps } from "../progress.ts";

const newLab = (log: string): Lab => ({ home: labHome(), cache: cacheDir(), log });

/** Brings it up, or takes the user's own cluster in its place; prints the kubeconfig's path. */
export async function labUp(log: string, options: { kubeconfig?: string; nodes?: number }): Promise<void> {
  const lab = newLab(log);
  const { kubeconfig, nodes } = options;
  const foreign = kubeconfig ?? (isForeign(lab) ? currentKubeconfig(lab) : undefined);
  if (foreign !== undefined && nodes !== undefined) throw new UserError(ownNodes(foreign));
  await runLab(lab, foreign === undefined ? upSteps(nodes) : [adoptStep(foreign)]);
  process.stdout.write(`${currentKubeconfig(lab)}\n`);
}

const adoptStep = (kubeconfig: string): LabStep => ({
  title: "Your cluster",
  run: (lab) => adopt(lab, kubeconfig, kubectlProgram(lab)),
});

export const labDown = (log: string, { keepData }: { keepData: boolean }): Promise<void> =>
  runLab(newLab(log), downSteps(keepData));

export const labNodes = (log: string, count: number): Promise<void> => runLab(newLab(log), simulateSteps(count));

export async function labStatus(json: boolean): Promise<boolean> {
  const status = await readStatus(newLab("/dev/null"));
  process.stdout.write(`${json ? JSON.stringify(status, null, 2) : renderStatus(status)}\n`);
  return status.ready;
}

export function labKubeconfig(): void {
  const found = currentKubeconfig(newLab("/dev/null"));
  if (found === undefined) {
    throw new OperationFailed({
      where: "lab",
      what: "there is no lab",
      given: labHome(),
      allowed: "a lab that is up",
      remedy: "start it with `horizon lab up`",
    });
  }
  process.stdout.write(`${found}\n`);
}

/** Builds what the tests run on, and touches no lab that is up. */
export const buildLab = (log: string, what: keyof typeof buildSteps): Promise<void> =>
  runSteps(buildSteps[what].map(explained), newLab(log));

const ownNodes = (kubeconfig: string): Problem => ({
  where: "lab up --nodes",
  what: "only the lab's own cluster is made of as many nodes as one likes",
  given: `the cluster of ${kubeconfig}`,
  allowed: "--nodes without a cluster of your own",
  remedy: "leave --nodes out, or run `horizon lab down` first",
});

/** One up or down at a time. */
async function runLab(lab: Lab, steps: LabStep[]): Promise<void> {
  const waiting = (holder: number) =>
    void process.stderr.write(`waiting for process ${holder}, which works on the lab\n`);
  await withLock(`${lab.home}.lock`, waiting, () => runSteps(steps.map(explained), lab));
}

/** The lab and the toolchain know nothing of this program's errors. */
const explained = (step: LabStep): LabStep => ({
  ...step,
  run: (lab, report) =>
    step.run(lab, report).catch((error: unknown) => {
      const known = error instanceof LabError || error instanceof ToolchainError;
      throw known ? new OperationFailed({ ...error.problem, where: "lab" }) : error;
    }),
});
