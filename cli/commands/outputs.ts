import type { Context } from "../session.ts";
import { ask } from "../stack/pulumi.ts";

type Outputs = Record<string, unknown>;

const secretMark = "[secret]";

/** Outputs as Pulumi gives them; secrets stay `[secret]` unless asked for. */
export async function readOutputs(context: Context, showSecrets: boolean): Promise<Outputs> {
  const args = ["stack", "output", "--json", ...(showSecrets ? ["--show-secrets"] : [])];
  return JSON.parse(await ask(context, args)) as Outputs;
}

/** What a person opens, types or wonders about, in that order. The rest is long, and for programs. */
const shown = ["urls", "commands", "logins", "images", "notes"];

const isRecord = (value: unknown): value is Outputs =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** `sha256:` and the first digits, as the docker client shows an image, whatever registry stands before it. */
const shortDigest = (image: unknown): string => /sha256:[0-9a-f]{12}/.exec(String(image))?.[0] ?? String(image);

/** With where each came from. */
function withOrigins({ images, origins }: Outputs): Record<string, string> {
  if (!isRecord(images)) return {};
  const from = (name: string): unknown => (isRecord(origins) ? origins[name] : undefined);
  return Object.fromEntries(
    Object.entries(images).map(([name, image]) => [name, `${shortDigest(image)}  ${from(name) ?? ""}`]),
  );
}

function lines(value: unknown, indent: string): string[] {
  if (Array.isArray(value)) return value.map((inner) => `${indent}- ${inner}`);
  if (!isRecord(value)) return [`${indent}${value === secretMark ? `${secretMark} (--show-secrets)` : value}`];
  const width = Math.max(0, ...Object.keys(value).map((key) => key.length)) + 1;
  return Object.entries(value).flatMap(([key, inner]) =>
    isRecord(inner)
      ? [`${indent}${key}:`, ...lines(inner, `${indent}  `)]
      : `${indent}${`${key}:`.padEnd(width)} ${inner}`,
  );
}

/** The outputs for a person; what is left out is named. */
export function renderOutputs(outputs: Outputs): string {
  const told: Outputs = { ...outputs, images: withOrigins(outputs) };
  const sections = shown
    .filter((key) => outputs[key] !== undefined)
    .flatMap((key) => [`${key}:`, ...lines(told[key], "  ")]);
  const rest = Object.keys(outputs).filter((key) => !shown.includes(key));
  return [...sections, ...(rest.length > 0 ? [`also, with --json: ${rest.sort().join(", ")}`] : [])].join("\n");
}

export async function printOutputs(
  context: Context,
  options: { json?: boolean; showSecrets?: boolean } = {},
): Promise<void> {
  const outputs = await readOutputs(context, options.showSecrets ?? false);
  process.stdout.write(`${options.json ? JSON.stringify(outputs, null, 2) : renderOutputs(outputs)}\n`);
}
