/** What must be known of a stack's configuration before all of it is read, or where it can't be. */
import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { product } from "../../infra/names.ts";
import { configFile } from "./backend.ts";

export type PlatformKind = "docker" | "kubernetes";

function setting(stack: string, key: string): unknown {
  const file = configFile(stack);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return (parse(text) as { config?: Record<string, unknown> } | null)?.config?.[`${product}:${key}`];
}

/** As the schema's default has it, also where the file or the key is absent or wrong: the schema's own words come later. */
export const platformOf = (stack: string): PlatformKind =>
  setting(stack, "platform") === "kubernetes" ? "kubernetes" : "docker";

/** Whether what holds data can't be deleted. */
export const protectsData = (stack: string): boolean =>
  // Pulumi writes it as a text when it saves the file.
  String(setting(stack, "protect")) === "true";
