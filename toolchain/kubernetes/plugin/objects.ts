/** Reading and writing parts of Kubernetes objects, which are plain JSON here. */
import { type Fields, isFields, type Value } from "./values.ts";

export interface Kind {
  apiVersion: string;
  kind: string;
}

export function at(value: Value | undefined, ...path: (string | number)[]): Value | undefined {
  let found = value;
  for (const step of path) {
    if (typeof step === "number") found = Array.isArray(found) ? found[step] : undefined;
    else found = isFields(found) ? found[step] : undefined;
  }
  return found ?? undefined;
}

export function text(value: Value | undefined, ...path: (string | number)[]): string {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
}

export function count(value: Value | undefined, ...path: (string | number)[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === "number" ? found : undefined;
}

export function list(value: Value | undefined, ...path: (string | number)[]): Value[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function fields(value: Value | undefined, ...path: (string | number)[]): Fields {
  const found = at(value, ...path);
  return isFields(found) ? found : {};
}

/** A copy with one value set, making the objects on the way. */
export function withValue(object: Fields, path: [string, ...string[]], value: Value): Fields {
  const [first, second, ...rest] = path;
  return {
    ...object,
    [first]: second === undefined ? value : withValue(fields(object, first), [second, ...rest], value),
  };
}

export function without(object: Fields, ...path: string[]): Fields {
  const [first = "", ...rest] = path;
  if (!(first in object)) return object;
  const { [first]: value = null, ...others } = object;
  return rest.length === 0 || !isFields(value) ? others : { ...others, [first]: without(value, ...rest) };
}

export const kindOf = (object: Fields): Kind => ({
  apiVersion: text(object, "apiVersion"),
  kind: text(object, "kind"),
});
export const nameOf = (object: Value | undefined): string => text(object, "metadata", "name");
export const namespaceOf = (object: Value | undefined): string => text(object, "metadata", "namespace");
export const annotation = (object: Value | undefined, key: string): string =>
  text(object, "metadata", "annotations", key);
export const isSet = (object: Fields, key: string): boolean => annotation(object, key).toLowerCase() === "true";

/** The group of an apiVersion; that of `v1` is empty. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
}

/** `Deployment trading/gateway`, as messages name an object. */
export function label(object: Fields): string {
  const namespace = namespaceOf(object);
  return `${text(object, "kind")} ${namespace === "" ? "" : `${namespace}/`}${nameOf(object)}`;
}

/** The id of a resource in the state: `namespace/name`, or the name of an object that has no namespace. */
export function idOf(object: Fields): string {
  const namespace = namespaceOf(object);
  return namespace === "" ? nameOf(object) : `${namespace}/${nameOf(object)}`;
}

export function parseId(id: string): { namespace: string; name: string } {
  const slash = id.indexOf("/");
  return slash < 0 ? { namespace: "", name: id } : { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}
