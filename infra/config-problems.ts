/** What the schema has found wrong, said in four parts, with the path at which it stands in the stack's file. */
import { z } from "zod";
import { hints } from "./config-fields.ts";
import type { Problem } from "./errors.ts";
import { shown } from "./errors.ts";
import { product } from "./names.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

export function problemsOf(issues: readonly Issue[], root: z.ZodType, values: unknown): Problem[] {
  return issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? unknownKeys(issue, root) : [wrongValue(issue, root, values)],
  );
}

/** `cipherhorizon:docker.hostPorts.gateway`, as `pulumi config set --path` takes it. */
function where(path: Path): string {
  return `${product}:${path.map(String).join(".")}`;
}

function unknownKeys({ keys, path }: z.core.$ZodIssueUnrecognizedKeys, root: z.ZodType): Problem[] {
  const known = keysOf(schemaAt(root, path));
  return keys.map((key) => {
    const near = known.find((other) => distance(key, other) <= Math.min(2, Math.floor(key.length / 3)));
    return {
      where: where([...path, key]),
      what: "no such setting",
      given: shown(key),
      allowed: known.join(", "),
      remedy: near ? `write ${near}` : "remove it",
    };
  });
}

function wrongValue(issue: Issue, root: z.ZodType, values: unknown): Problem {
  const { path } = issue;
  const type = issue.code === "invalid_key" ? keyAt(root, path) : schemaAt(root, path);
  const hint = type && hints.get(type);
  const given = valueAt(values, path);
  // A check of our own says what it allows; zod's says `Invalid input`, and then the kind of value tells more.
  const own = issue.code === "custom" && issue.message !== "Invalid input";
  const allowed = own ? issue.message : hint?.allowed || shapeOf(type, issue);
  return {
    where: where(path),
    what:
      given === undefined
        ? "a setting is missing"
        : issue.code === "invalid_key"
          ? "no such name"
          : "not a usable value",
    given: type && hasSecret(type) ? "(secret)" : shown(issue.code === "invalid_key" ? path.at(-1) : given),
    allowed,
    remedy: remedy(path, given, allowed),
  };
}

/** Units are what people get wrong most, so the right spelling is offered where it can be told. */
function remedy(path: Path, given: unknown, allowed: string): string {
  const plain = typeof given === "string" || typeof given === "number" ? String(given) : "";
  const size = /^(\d+)\s*(k|m|g)?i?b?$/i.exec(plain);
  const right = size && `${size[1]}${size[2] ? `${size[2].toUpperCase()}i` : "Mi"}`;
  if (allowed.includes("Mi") && right && right !== given) return `write ${right}`;
  return `set it with: pulumi config set --path '${where(path)}' VALUE, or remove it to get the default`;
}

function shapeOf(type: z.ZodType | undefined, issue: Issue): string {
  const keys = keysOf(type);
  if (keys.length > 0) return `settings by name: ${keys.join(", ")}`;
  if (type instanceof z.ZodArray) return "a list of at least one, each once";
  return issue.message;
}

function schemaAt(root: z.ZodType, path: Path): z.ZodType | undefined {
  let at: z.ZodType | undefined = bare(root);
  for (const key of path) {
    if (at instanceof z.ZodObject) at = at.shape[String(key)] as z.ZodType | undefined;
    else if (at instanceof z.ZodRecord) at = at.valueType as z.ZodType;
    else if (at instanceof z.ZodArray) at = at.element as z.ZodType;
    else return undefined;
    at = at && bare(at);
  }
  return at;
}

/** What the names in a record must be; the path ends with such a name. */
function keyAt(root: z.ZodType, path: Path): z.ZodType | undefined {
  const record = schemaAt(root, path.slice(0, -1));
  return record instanceof z.ZodRecord ? (record.keyType as z.ZodType) : undefined;
}

/** Without the layers that add a default, make it optional, or make something of it once it is checked. */
function bare(type: z.ZodType): z.ZodType {
  if (type instanceof z.ZodPipe) return bare(type.in as z.ZodType);
  const layered = type instanceof z.ZodOptional || type instanceof z.ZodDefault || type instanceof z.ZodPrefault;
  return layered ? bare(type.unwrap() as z.ZodType) : type;
}

function keysOf(type: z.ZodType | undefined): string[] {
  return type instanceof z.ZodObject ? Object.keys(type.shape) : [];
}

function hasSecret(type: z.ZodType): boolean {
  if (hints.get(type)?.secret) return true;
  return type instanceof z.ZodObject && Object.values(type.shape).some((inner) => hasSecret(bare(inner as z.ZodType)));
}

function valueAt(values: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], values);
}

/** Levenshtein's, for a suggestion. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
