import type { Context } from "../session.ts";
import { ask } from "../stack/pulumi.ts";

const secretMark = "[secret]";

/** Outputs as Pulumi gives them; secrets stay `[secret]` unless asked for. */
export async function readOutputs(context: Context, showSecrets: boolean): Promise<Record<string, unknown>> {
  const args = ["stack", "output", "--json", ...(showSecrets ? ["--show-secrets"] : [])];
  return JSON.parse(await ask(context, args)) as Record<string, unknown>;
}

/** Nested records as indented lines, so that a person can read them. */
export function renderOutputs(value: unknown, indent = ""): string {
  if (value === null || typeof value !== "object")
    return ` ${value === secretMark ? `${secretMark} (--show-secrets)` : value}`;
  const entries = Object.entries(value);
  if (entries.length === 0) return " none";
  const width = Math.max(...entries.map(([key]) => key.length)) + 1;
  return entries
    .map(([key, inner]) => {
      const isLeaf = inner === null || typeof inner !== "object";
      return `\n${indent}${isLeaf ? `${key}:`.padEnd(width) : `${key}:`}${renderOutputs(inner, `${indent}  `)}`;
    })
    .join("");
}

export async function printOutputs(
  context: Context,
  options: { json?: boolean; showSecrets?: boolean } = {},
): Promise<void> {
  const outputs = await readOutputs(context, options.showSecrets ?? false);
  process.stdout.write(
    options.json ? `${JSON.stringify(outputs, null, 2)}\n` : `${renderOutputs(outputs).trimStart()}\n`,
  );
}
