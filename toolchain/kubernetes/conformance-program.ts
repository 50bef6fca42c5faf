/** The Pulumi program of the conformance list: it declares what a file says, with the classes of @pulumi/kubernetes. */
import { readFileSync } from "node:fs";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Declared } from "./conformance.ts";

type Class = new (name: string, args: unknown, options: pulumi.CustomResourceOptions) => pulumi.CustomResource;

const made = new Map<string, pulumi.CustomResource>();

for (const { type, name, args, dependsOn = [], options } of JSON.parse(
  readFileSync("objects.json", "utf8"),
) as Declared[]) {
  const path = type.split(".");
  const found = path.reduce<unknown>((module, key) => (module as Record<string, unknown>)[key], kubernetes) as Class;
  const before = dependsOn.flatMap((other) => made.get(other) ?? []);
  made.set(name, new found(name, marked(args), { ...options, dependsOn: before }));
}

/** `{ secret: x }` is a secret, `{ unknown: "name" }` an output of another resource: its uid. */
function marked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(marked);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  if (typeof fields.secret === "string") return pulumi.secret(fields.secret);
  const source = typeof fields.uidOf === "string" ? made.get(fields.uidOf) : undefined;
  if (source) return (source as kubernetes.core.v1.Namespace).metadata.uid;
  return Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, marked(item)]));
}
