/** The environment of a container, in a fixed order. */
import { type Input, interpolate } from "@pulumi/pulumi";
import { openValue } from "../environment.ts";

export function toEnvs(workload: string, env: Record<string, Input<string>>): Input<string>[] {
  return Object.keys(env)
    .sort()
    .map((key) => {
      const value = openValue(workload, key, env[key] as Input<string>);
      return typeof value === "string" ? `${key}=${value}` : interpolate`${key}=${value}`;
    });
}
