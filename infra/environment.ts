/** What may stand in an environment. Whoever may inspect a container or a pod reads it, so a secret is refused. */
import type { Input, Output } from "@pulumi/pulumi";
import { isSecret, output } from "@pulumi/pulumi";
import { UserError } from "./errors.ts";

/** The value, which is an error where it turns out to be a secret. */
export function openValue(workload: string, key: string, value: Input<string>): Input<string> {
  if (typeof value === "string") return value;
  const given = output(value);
  return output(isOpen(workload, key, given)).apply(() => given);
}

/** True, or an error. */
export async function isOpen(workload: string, key: string, value: Output<string>): Promise<true> {
  if (await isSecret(value)) throw new UserError(secretInEnvironment(workload, key));
  return true;
}

function secretInEnvironment(workload: string, key: string) {
  return {
    where: `workload ${workload}, env.${key}`,
    what: "a secret in the environment can be read by whoever may inspect the container",
    given: "a secret value",
    allowed: "values that aren't secret",
    remedy: "give it in `secrets`, as a file, and pass the file's path",
  };
}
