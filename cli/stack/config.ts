/** The stack's configuration as the program will see it, read before Pulumi runs, so that mistakes show at once. */
import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { parseConfig } from "../../infra/config.ts";
import { UserError } from "../../infra/errors.ts";
import { product } from "../../infra/names.ts";
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
  const own = Object.entries(all).filter(([key]) => key.startsWith(`${product}:`));
  return parseConfig(Object.fromEntries(own.map(([key, value]) => [key.slice(product.length + 1), readable(value)])));
}
