/** Everything that the lab's tests run, made beforehand, so that whoever waits for it sees for what. */
import type { LabStep } from "./lab.ts";
import { otherMinors } from "./minors.ts";
import { ensurePackages } from "./packages.ts";
import { apiserverOf, clusterPrograms, ensurePrograms } from "./programs.ts";

export const buildSteps: LabStep[] = [
  {
    title: "Packages",
    run: async (lab, report) => {
      await ensurePackages(lab, report);
      return undefined;
    },
  },
  { title: "Kubernetes", run: (lab, report) => ensurePrograms(lab, clusterPrograms, report) },
  {
    title: "API servers of other minors",
    run: (lab, report) => ensurePrograms(lab, otherMinors.map(apiserverOf), report),
  },
];
