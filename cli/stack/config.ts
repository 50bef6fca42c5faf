/** The stack's configuration as the program will see it, read before Pulumi runs, so that mistakes show at once. */
import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { parseConfig, sections } from "../../infra/config.ts";
import { UserError } from "../../infra/errors.ts";
import { configFile } from "./backend.ts";

interface StackFile {
  config?: Record<string, unknown>;
}

/** A value that Pulumi holds encrypted can't be read here; any text stands in for it. */
const isSecure = (value: unknown): boolean => value !== null && typeof value === "object" && "secure" in value;

function readable(value: unknown): unknown {
  if (isSecure(value)) return "https://secret.invalid";
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, readable(inner)]));
}

export function readStackConfig(stack: string): ReturnType<typeof parseConfig> {
  const file = configFile(stack);
  if (!existsSync(file)) {
    throw new UserError({
      where: `stack ${stack}`,
      what: "there is no configuration for this stack",
      given: `no Pulumi.${stack}.yaml`,
      allowed: "a stack with a file Pulumi.<stack>.yaml at the top of the checkout",
      remedy: `write Pulumi.${stack}.yaml (Pulumi.dev.yaml is an example), or name another stack with --stack`,
    });
  }
  const all = (parse(readFileSync(file, "utf8")) as StackFile | null)?.config ?? {};
  return parseConfig(valuesIn(all));
}

/** By section, as the program gets them: Pulumi writes `true` as the text "true" whenever it saves the file. */
export function valuesIn(all: Record<string, unknown>): Record<string, unknown> {
  const texts = Object.entries(all).map(([key, value]) => {
    const shown = readable(value);
    return [key, typeof shown === "string" ? shown : JSON.stringify(shown)] as const;
  });
  return sections(Object.fromEntries(texts));
}
