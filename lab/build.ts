/** Everything that the lab's tests run, made beforehand, so that whoever waits for it sees for what. */
import type { LabStep } from "./lab.ts";
import { otherMinors } from "./minors.ts";
import { ensurePackages } from "./packages.ts";
import { apiserverOf, clusterPrograms, ensurePrograms } from "./programs.ts";

/** What a cluster is made of. */
const clusterSteps: LabStep[] = [
  {
    title: "Packages",
    run: async (lab, report) => {
      await ensurePackages(lab, report);
      return undefined;
    },
  },
  { title: "Kubernetes", run: (lab, report) => ensurePrograms(lab, clusterPrograms, report) },
];

const minorSteps: LabStep[] = [
  {
    title: "API servers of other minors",
    run: (lab, report) => ensurePrograms(lab, otherMinors.map(apiserverOf), report),
  },
];

const controllerSteps: LabStep[] = [
  { title: "Ingress controller", run: (lab, report) => ensurePrograms(lab, ["traefik"], report) },
];

export const buildSteps = { cluster: clusterSteps, all: [...clusterSteps, ...minorSteps, ...controllerSteps] };
