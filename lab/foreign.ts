/** A cluster of the user's own in the lab's place: remembered by its kubeconfig, never changed. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { LabError } from "./errors.ts";
import { adminKubeconfig, type Lab } from "./lab.ts";
import { nodeRuns } from "./node.ts";
import { call } from "./process.ts";

const file = (lab: Lab): string => join(lab.home, "foreign");

/** The kubeconfig of whichever cluster stands in as the lab; undefined when none does. */
export function currentKubeconfig(lab: Lab): string | undefined {
  if (existsSync(file(lab))) return readFileSync(file(lab), "utf8").trim();
  return existsSync(adminKubeconfig(lab)) ? adminKubeconfig(lab) : undefined;
}

export const isForeign = (lab: Lab): boolean => existsSync(file(lab));
export const forget = (lab: Lab): void => rmSync(file(lab), { force: true });

/** Takes the user's cluster after asking it for its version; returns that. */
export async function adopt(lab: Lab, given: string, kubectl: string): Promise<string> {
  const kubeconfig = resolve(given);
  if (nodeRuns(lab)) {
    throw new LabError({
      what: "the lab's own cluster runs",
      given: `--kubeconfig ${given}`,
      allowed: "one cluster at a time",
      remedy: "run `horizon lab down` first",
    });
  }
  const args = ["--kubeconfig", kubeconfig, "--request-timeout=10s", "version", "-o=json"];
  const answer = await call(kubectl, args, { seconds: 20 });
  const version =
    answer.code === 0 ? (JSON.parse(answer.stdout).serverVersion?.gitVersion as string | undefined) : undefined;
  if (version === undefined) {
    throw new LabError({
      what: "the cluster does not answer",
      given: `--kubeconfig ${given}: ${answer.stderr.trim() || "no server version"}`,
      allowed: "a kubeconfig whose current context is a cluster that answers",
      remedy: `see \`kubectl --kubeconfig ${given} version\``,
    });
  }
  mkdirSync(lab.home, { recursive: true, mode: 0o700 });
  writeFileSync(file(lab), `${kubeconfig}\n`);
  return version;
}
