/**
 * Property values as the engine sends them: JSON in which a secret is a signed wrapper and an unknown is a reserved
 * string (sdk/go/common/resource/plugin/rpc.go). They are kept in that form, so nothing is lost on the way through.
 */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Fields = { [key: string]: Value };

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const UNKNOWNS = new Set([
  UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // bool
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

/** Field names of custom resource definitions, which the SDKs spell with underscores. */
const DASHED =
  /^x_kubernetes_(embedded_resource|int_or_string|list_map_keys|list_type|map_type|preserve_unknown_fields|validations)$/;
const UNDERSCORED =
  /^x-kubernetes-(embedded-resource|int-or-string|list-map-keys|list-type|map-type|preserve-unknown-fields|validations)$/;

export function isFields(value: Value | undefined): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isSecret(value: Value | undefined): value is { [key: string]: Value; value: Value } {
  return isFields(value) && value[SIGNATURE] === SECRET;
}

export function isUnknown(value: Value | undefined): boolean {
  return typeof value === "string" && UNKNOWNS.has(value);
}

export function secret(value: Value): Value {
  return isSecret(value) ? value : { [SIGNATURE]: SECRET, value };
}

export function hasUnknown(value: Value | undefined): boolean {
  return some(value, isUnknown);
}

export function hasSecret(value: Value | undefined): boolean {
  return some(value, isSecret);
}

function some(value: Value | undefined, test: (value: Value | undefined) => boolean): boolean {
  if (test(value)) return true;
  if (Array.isArray(value)) return value.some((item) => some(item, test));
  return isFields(value) && Object.values(value).some((item) => some(item, test));
}

/** The value as the API server takes it: secrets unwrapped, nulls left out, field names as Kubernetes spells them. */
export function reveal(value: Value): Value {
  if (isSecret(value)) return reveal(value.value);
  if (Array.isArray(value)) return value.map(reveal);
  if (!isFields(value)) return value;
  const given = Object.entries(value).filter(([, item]) => (isSecret(item) ? item.value : item) !== null);
  return Object.fromEntries(
    given.map(([key, item]) => [DASHED.test(key) ? key.replaceAll("_", "-") : key, reveal(item)]),
  );
}

/** A live object with the field names of the SDKs. */
export function conceal(value: Value): Value {
  if (Array.isArray(value)) return value.map(conceal);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [UNDERSCORED.test(key) ? key.replaceAll("-", "_") : key, conceal(item)]),
  );
}

/** `outs` with a secret wherever `ins` has one, and an array as a whole where any element of it is one. */
export function markLike(outs: Value, ins: Value | undefined): Value {
  if (isSecret(outs) || ins === undefined) return outs;
  if (!isFields(outs) || !isFields(ins) || isSecret(ins)) return hasSecret(ins) ? secret(outs) : outs;
  return Object.fromEntries(Object.entries(outs).map(([key, item]) => [key, markLike(item, ins[key])]));
}

/** Every secret text in a value, longest first, to be kept out of messages. */
export function secretTexts(value: Value, inSecret = false): string[] {
  if (isSecret(value)) return secretTexts(value.value, true);
  if (Array.isArray(value)) return value.flatMap((item) => secretTexts(item, inSecret));
  if (isFields(value)) return Object.values(value).flatMap((item) => secretTexts(item, inSecret));
  // Shorter texts are likely to be a part of ordinary words.
  if (!inSecret || typeof value !== "string" || value.length < 4) return [];
  return [value, Buffer.from(value).toString("base64")].sort((a, b) => b.length - a.length);
}

export function mask(message: string, value: Value): string {
  return secretTexts(value).reduce((text, hidden) => text.replaceAll(hidden, "[secret]"), message);
}
