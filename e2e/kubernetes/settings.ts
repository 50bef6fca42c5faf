/** Which settings a configuration has and which it makes use of, by path; for a choice, each of its values is one. */
import { z } from "zod";
import { schema } from "../../infra/config.ts";

interface Json {
  type?: string;
  properties?: Record<string, Json>;
  items?: Json;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Json[];
}

const choices = ({ enum: values, const: only, type }: Json): unknown[] =>
  values ?? (only !== undefined ? [only] : type === "boolean" ? [true, false] : []);

function settingsOf(json: Json, path: string): string[] {
  if (json.properties) {
    return Object.entries(json.properties).flatMap(([key, inner]) => settingsOf(inner, path ? `${path}.${key}` : key));
  }
  const all = [json, ...(json.anyOf ?? [])].flatMap(choices);
  return all.length > 0 ? all.map((value) => `${path}=${value}`) : [path];
}

export const allSettings = (): string[] => settingsOf(z.toJSONSchema(schema, { io: "input" }) as Json, "");

/** With and without its value, because only a choice is told by it. */
export function settingsIn(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [path, `${path}=${value}`];
  const inner = Object.entries(value).flatMap(([key, each]) => settingsIn(each, path ? `${path}.${key}` : key));
  return path === "" ? inner : [path, ...inner];
}
