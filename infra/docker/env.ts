/** The environment of a container, in a fixed order. Whoever may inspect a container reads it, so a secret is refused. */
import type { Input, Output } from "@pulumi/pulumi";
import { isSecret, output } from "@pulumi/pulumi";
import { UserError } from "../errors.ts";

export function toEnvs(workload: string, env: Record<string, Input<string>>): Input<string>[] {
  return Object.keys(env)
    .sort()
    .map((key) => {
      const value = env[key] as Input<string>;
      return typeof value === "string" ? `${key}=${value}` : open(workload, key, value);
    });
}

function open(workload: string, key: string, value: Input<string>): Output<string> {
  const given = output(value);
  return output(isOpen(workload, key, given)).apply(() => given.apply((text) => `${key}=${text}`));
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
