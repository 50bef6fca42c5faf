/** Every field that is written is one of the API's, in the place and of the kind that its client knows. */
import * as client from "@kubernetes/client-node";
import { expect, test } from "vitest";
import { workloads } from "../fixtures/workloads.ts";
import { resolved } from "../testing.ts";
import { context } from "./fixture.ts";
import { toNamespace } from "./namespace.ts";
import { toDefaultDeny } from "./network-policy.ts";
import { manifests, toObjects } from "./objects.ts";
import { toPriorityClasses } from "./priority-class.ts";

interface Model {
  getAttributeTypeMap(): { baseName: string; type: string }[];
}

const models = client as unknown as Record<string, Model | undefined>;
const plain: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  IntOrString: (value) => typeof value === "string" || typeof value === "number",
};

/** What is wrong with a value of a type, as paths. */
function wrong(value: unknown, type: string, path: string): string[] {
  const list = /^Array<(.*)>$/.exec(type)?.[1];
  if (list) return (value as unknown[]).flatMap((each, index) => wrong(each, list, `${path}.${index}`));
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
  if (map) return Object.entries(value as object).flatMap(([key, each]) => wrong(each, map, `${path}.${key}`));
  const check = plain[type];
  if (check) return check(value) ? [] : [`${path}: not a ${type}`];
  const fields = models[type]?.getAttributeTypeMap();
  if (!fields) return [`${path}: unknown type ${type}`];
  return Object.entries(value as object).flatMap(([key, each]) => {
    const field = fields.find(({ baseName }) => baseName === key);
    return field ? wrong(each, field.type, `${path}.${key}`) : [`${path}.${key}: no such field`];
  });
}

/** `autoscaling/v2` has its version in its model's name, `networking.k8s.io/v1` too. */
const modelOf = ({ apiVersion, kind }: { apiVersion: string; kind: string }): string =>
  `${apiVersion.split("/").at(-1)?.replace(/^v/, "V")}${kind}`;

const shared = [toNamespace("prod", "trading"), toDefaultDeny(context), ...toPriorityClasses("prod")];
const all = { ...workloads, twice: { ...workloads.server, replicas: 2 } } as typeof workloads;
const ways = Object.entries(all).flatMap(([name, w]) =>
  (["loadBalancer", "ingress"] as const).map((kind) => [name, kind, w] as const),
);

test.each(ways)("%s by %s", async (_name, kind, w) => {
  const ctx = { ...context, exposing: { ...context.exposing, kind }, pullSecrets: ["registry"] };
  const objects = (await resolved([...shared, ...manifests(toObjects(w, ctx))] as never)) as {
    apiVersion: string;
    kind: string;
  }[];
  for (const object of objects) expect(wrong(object, modelOf(object), object.kind)).toEqual([]);
});

test("a misspelt field is found", () => {
  expect(wrong({ spec: { replica: 1 } }, "V1Deployment", "Deployment")).toEqual([
    "Deployment.spec.replica: no such field",
  ]);
  expect(wrong({ spec: { replicas: "1" } }, "V1Deployment", "Deployment")).toEqual([
    "Deployment.spec.replicas: not a number",
  ]);
});
