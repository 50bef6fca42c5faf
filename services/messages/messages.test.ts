import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";

const TOPICS = ["md.book", "md.trade", "signals", "orders", "fills"] as const;
const KINDS = {
  orders: ["new", "cancel", "limits"],
  fills: ["accepted", "fill", "cancelled", "expired", "rejected", "cancel_rejected", "duplicate"],
};
const INT64_MAX = 2n ** 63n - 1n;

type Json = bigint | boolean | string | { [key: string]: Json };
interface Schema {
  $id: string;
  properties?: Record<string, unknown>;
  oneOf?: unknown[];
  $defs?: Record<string, { properties: Record<string, unknown> }>;
}

const read = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");
const schemaOf = (name: string) => JSON.parse(read(`${name}.schema.json`)) as Schema;

/** Parses without ever going through a double: integers become bigint, straight from their digits. */
function parseExact(text: string): Json {
  const reviver = (_key: string, value: unknown, context: { source: string }) =>
    typeof value === "number" ? BigInt(context.source) : value;
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown) as Json;
}

function keysOf(schema: Schema, message: Record<string, Json>): string[] {
  const shape = schema.properties ? schema : schema.$defs?.[String(message.kind)];
  return Object.keys(shape?.properties ?? {});
}

/** The canonical bytes of a message: keys in the order in which its schema lists them. */
function canonical(schema: Schema, message: Record<string, Json>): string {
  const field = (key: string) => {
    const value = message[key];
    return `"${key}":${typeof value === "bigint" ? value.toString() : JSON.stringify(value)}`;
  };
  return `{${keysOf(schema, message).map(field).join(",")}}`;
}

const ajv = new Ajv2020({ allErrors: true, strict: true });
ajv.addSchema(schemaOf("common"));
const schemas = Object.fromEntries(TOPICS.map((t) => [t, schemaOf(t)])) as Record<string, Schema>;
const validate = Object.fromEntries(TOPICS.map((t) => [t, ajv.compile(schemas[t] as Schema)]));

interface Golden {
  topic: string;
  key: string;
  value: string;
}
const lines = read("golden.jsonl").trimEnd().split("\n");
const golden = lines.map((line) => JSON.parse(line) as Golden);
const decoded = (g: Golden) => parseExact(g.value) as Record<string, Json>;

describe.each(golden.map((g, i) => [i + 1, g] as const))("golden line %i", (number, g) => {
  const schema = schemas[g.topic] as Schema;

  it("is a compact line of topic, key and value", () => {
    expect(JSON.stringify({ topic: g.topic, key: g.key, value: g.value })).toBe(lines[number - 1]);
    expect(g.key).toBe(decoded(g).symbol ?? "*");
  });

  it("satisfies its topic's schema", () => {
    const check = validate[g.topic];
    check?.(JSON.parse(g.value));
    expect(check?.errors ?? []).toEqual([]);
  });

  it("is canonical, byte for byte", () => {
    expect(canonical(schema, decoded(g))).toBe(g.value);
    expect(g.value).toMatch(/^[ -~]*$/);
  });

  it("keeps its integers within 64 bits", () => {
    const integers = Object.values(decoded(g)).filter((v) => typeof v === "bigint");
    for (const n of integers) expect(n >= -INT64_MAX && n <= INT64_MAX, String(n)).toBe(true);
  });
});

describe("the golden set", () => {
  it("has several messages of every topic and kind", () => {
    const count = (topic: string, kind?: string) =>
      golden.filter((g) => g.topic === topic && (!kind || decoded(g).kind === kind)).length;
    for (const topic of TOPICS) expect(count(topic), topic).toBeGreaterThan(2);
    for (const [topic, kinds] of Object.entries(KINDS)) {
      expect(Object.keys(schemas[topic]?.$defs ?? {})).toEqual(kinds);
      for (const kind of kinds) expect(count(topic, kind), kind).toBeGreaterThan(1);
    }
  });

  it("reaches the largest integer, a negative score and ids with slashes", () => {
    const all = golden.map((g) => g.value).join("\n");
    expect(all).toContain(INT64_MAX.toString());
    expect(all).toMatch(/"score":-\d+/);
    expect(all).toMatch(/"target":"[^"]+\/\d+\/\d+"/);
  });
});

describe("the schemas refuse", () => {
  const first = (topic: string) => golden.find((g) => g.topic === topic)?.value ?? "";
  const refused: [string, string, (m: Record<string, unknown>) => void][] = [
    ["a missing key", "md.book", (m) => delete m.synced],
    ["an unknown key", "md.book", (m) => Object.assign(m, { note: 1 })],
    ["another version", "md.trade", (m) => Object.assign(m, { v: 2 })],
    ["a fraction", "md.trade", (m) => Object.assign(m, { price: 1.5 })],
    ["a number beyond 64 bits", "md.trade", (m) => Object.assign(m, { price: 2 ** 65 })],
    ["a negative price", "orders", (m) => Object.assign(m, { price: -1 })],
    ["an id with a space", "orders", (m) => Object.assign(m, { id: "a b" })],
    ["an id with a quotation mark", "orders", (m) => Object.assign(m, { id: 'a"b' })],
    ["an unknown kind", "orders", (m) => Object.assign(m, { kind: "amend" })],
    ["an unknown side", "signals", (m) => Object.assign(m, { side: "long" })],
    ["a lower-case symbol", "signals", (m) => Object.assign(m, { symbol: "btcusdt" })],
    ["a sequence of 0", "fills", (m) => Object.assign(m, { seq: 0 })],
  ];
  it.each(refused)("%s", (_what, topic, spoil) => {
    const message = JSON.parse(first(topic)) as Record<string, unknown>;
    expect(validate[topic]?.(message)).toBe(true);
    spoil(message);
    expect(validate[topic]?.(message)).toBe(false);
  });
});
