/**
 * A live object cut down to what the program declares. With server-side apply these are just the fields that our field
 * manager owns: everything else (status, defaults, what other controllers add) is somebody else's and never a difference.
 */
import { fields, text, withValue } from "./objects.ts";
import { type Fields, isFields, type Value } from "./values.ts";

/** What tells the elements of Kubernetes' associative lists apart; the first that fits both lists is taken. */
const KEYS = [
  ["name"],
  ["containerPort", "protocol"],
  ["containerPort"],
  ["port", "protocol"],
  ["port"],
  ["mountPath"],
  ["devicePath"],
  ["topologyKey", "whenUnsatisfiable"],
  ["ip"],
  ["uid"],
];

/** The live object in the shape of the inputs. A Secret's stringData is write-only, so it is read back from its data. */
export function inShapeOf(inputs: Fields, live: Fields): Fields {
  return shaped(withStringData(inputs, live), inputs) as Fields;
}

function withStringData(inputs: Fields, live: Fields): Fields {
  if (text(live, "kind") !== "Secret" || !isFields(inputs.stringData)) return live;
  const decode = ([key, value]: [string, Value]) => [key, Buffer.from(String(value), "base64").toString("utf8")];
  return withValue(live, ["stringData"], Object.fromEntries(Object.entries(fields(live, "data")).map(decode)));
}

function shaped(live: Value, inputs: Value): Value {
  if (isFields(live) && isFields(inputs)) {
    const shared = Object.keys(inputs).filter((key) => live[key] !== undefined);
    return Object.fromEntries(shared.map((key) => [key, shaped(live[key] as Value, inputs[key] as Value)]));
  }
  if (Array.isArray(live) && Array.isArray(inputs)) return shapedList(live, inputs);
  return live;
}

function shapedList(live: Value[], inputs: Value[]): Value[] {
  const key = KEYS.find((names) => tellsApart(names, live) && tellsApart(names, inputs));
  if (!key) {
    // No element has a name, so the list is one value: elements that the program doesn't have are a difference.
    return live.map((item, index) => (index < inputs.length ? shaped(item, inputs[index] as Value) : item));
  }
  const byKey = new Map(live.map((item) => [identity(key, item), item]));
  return inputs.flatMap((item) => {
    const found = byKey.get(identity(key, item));
    return found === undefined ? [] : [shaped(found, item)];
  });
}

function tellsApart(names: string[], items: Value[]): boolean {
  const complete = items.every((item) => isFields(item) && names.every((name) => item[name] !== undefined));
  return items.length > 0 && complete && new Set(items.map((item) => identity(names, item))).size === items.length;
}

function identity(names: string[], item: Value): string {
  return JSON.stringify(names.map((name) => (isFields(item) ? item[name] : null)));
}
