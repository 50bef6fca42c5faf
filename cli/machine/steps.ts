/** Makes the machine able: engine, toolchain, site. Each step is quick when there is nothing to do. */
import { SITE_FILE_VARIABLE } from "../../infra/site.ts";
import { ToolchainError } from "../../toolchain/errors.ts";
import { ensureToolchain } from "../../toolchain/install.ts";
import { engineVersion } from "../doctor/checks.ts";
import { refuseMissing } from "../doctor/finding.ts";
import { OperationFailed } from "../errors.ts";
import type { Step } from "../progress.ts";
import type { Context } from "../session.ts";
import { backendEnv } from "../stack/backend.ts";
import { platformOf } from "../stack/platform.ts";
import { ensureEngine } from "./engine.ts";
import { ensureSite, siteFile } from "./site.ts";

const engineStep: Step<Context> = {
  title: "Docker engine",
  run: async ({ log }, report) => {
    const engine = await ensureEngine(log, report);
    refuseMissing([engineVersion(engine)]);
    return engine.version;
  },
};

const toolchainStep: Step<Context> = {
  title: "Toolchain",
  run: async (context, report) => {
    const onStep = ({ step, state, elapsed, waitingFor }: Progress): void => {
      if (state === "running") report(`${step} ${Math.round(elapsed / 1000)} s${waitingFor ? `: ${waitingFor}` : ""}`);
    };
    const toolchain = await ensureToolchain({ log: context.log, onStep }).catch((error: unknown) => {
      throw error instanceof ToolchainError ? new OperationFailed(error.problem) : error;
    });
    Object.assign(context.env, toolchain.env, backendEnv(context.stack));
    return [...new Set(Object.values(toolchain.origin))].join(", ");
  },
};

const siteStep: Step<Context> = {
  title: "Site",
  run: async (context, report) => {
    const { site, base } = await ensureSite(context.stack, report);
    context.env[SITE_FILE_VARIABLE] = siteFile(context.stack);
    return site === "internet" ? "images are pulled by digest" : `images are built from packages on ${base.reference}`;
  },
};

const clusterStep: Step<Context> = {
  title: "Cluster",
  run: async ({ stack }) => (await import("./cluster.ts")).meetCluster(stack),
};

/** What Pulumi needs. Images are built here for either platform, so an engine is among it. */
export const toolSteps: Step<Context>[] = [engineStep, toolchainStep, siteStep];

/** Also the cluster, where the stack runs in one. */
export const machineSteps = (stack: string): Step<Context>[] => [
  ...toolSteps,
  ...(platformOf(stack) === "kubernetes" ? [clusterStep] : []),
];

type Progress = Parameters<NonNullable<NonNullable<Parameters<typeof ensureToolchain>[0]>["onStep"]>>[0];
