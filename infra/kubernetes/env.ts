/** The environment of a container, in a fixed order; and words as the kubelet must get them. */
import { type Input, output } from "@pulumi/pulumi";
import { openValue } from "../environment.ts";

/** The kubelet reads `$(NAME)` and `$$` in commands, checks and values; a Docker engine doesn't, so a dollar stands for itself. */
export function literal(text: string): string {
  return text.replaceAll("$", "$$$$");
}

export function toEnv(workload: string, env: Record<string, Input<string>>): { name: string; value: Input<string> }[] {
  return Object.keys(env)
    .sort()
    .map((name) => {
      const value = openValue(workload, name, env[name] as Input<string>);
      return { name, value: typeof value === "string" ? literal(value) : output(value).apply(literal) };
    });
}
