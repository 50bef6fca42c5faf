/** The whole program on Kubernetes: as a preview sees it, with everything unknown that only an update makes. */
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { parseConfig, workloadNames } from "../infra/config.ts";
import { withSecrets } from "../infra/config-read.ts";
import { readLock, THIRD_PARTY } from "../infra/images.ts";
import { type Policy, reaches } from "../infra/kubernetes/reach.ts";
import { platformFor } from "../infra/platform-for.ts";
import { thirdParty } from "../infra/supply.ts";
import type { Workload } from "../infra/workload.ts";
import { assembled } from "./assembly.ts";
import { assemble, known, mocks } from "./testing.ts";

interface Registered {
  type: string;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at any depth.
  inputs: any;
}

/** The marks of what isn't known yet, and of a secret. */
const isUnknown = (value: object): boolean => "__pulumiUnknown" in value;
const secretMark = "4dabf18193072939515e22adb298388d";

const values = { platform: "kubernetes", kubernetes: { registry: "registry.example.com/trading" }, protect: true };
const config = withSecrets(parseConfig(values));
const site = { base: { reference: "base", content: "base" }, secrets: {} };
const supply = { site, thirdParty: (name: string) => thirdParty(name, "internet", readLock()) };

const registered: Registered[] = [];
const options = new Map<string, pulumi.ResourceOptions>();
/** What the program asks for, platform aside. */
let workloads: Map<string, Workload>;

beforeAll(async () => {
  await pulumi.runtime.setMocks(mocks, "cipherhorizon", "prod", false);
  await pulumi.runtime.runInPulumiStack(async () => {
    workloads = assemble(values).workloads;
  });
  await pulumi.runtime.disconnect();
  const preview: pulumi.runtime.Mocks = {
    newResource: ({ type, name, inputs }) => {
      registered.push({ type, name, inputs });
      const cluster = type.startsWith("kubernetes:");
      return { id: cluster ? name : undefined, state: cluster ? inputs : {} };
    },
    call: () => ({}),
  };
  await pulumi.runtime.setMocks(preview, "cipherhorizon", "prod", true);
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation(({ type, name, opts }) => {
      options.set(`${type} ${name}`, opts);
      return undefined;
    });
    assembled(config, platformFor(config, supply));
  });
  await pulumi.runtime.disconnect();
}, 60_000);

const objects = () => registered.filter(({ type }) => type.startsWith("kubernetes:"));
const kind = (name: string) => objects().filter(({ type }) => type.endsWith(`:${name}`));
const controllers = () => [...kind("Deployment"), ...kind("StatefulSet")];

describe("the tree", () => {
  test("runs exactly the workloads that the configuration knows", () => {
    expect(
      controllers()
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...workloadNames].sort());
  });

  test("names are unique, and whatever isn't a component of ours has a parent", () => {
    const names = registered.map(({ type, name }) => `${type} ${name}`);
    expect(new Set(names).size).toBe(names.length);
    const roots = [...options].filter(([, { parent }]) => parent === undefined).map(([key]) => key);
    for (const root of roots)
      expect(root).toMatch(/^(trading:components:|infra:kubernetes:Platform|pulumi:pulumi:Stack)/);
  });

  test("every object lies in the component of its workload, whose own parent is the stack", () => {
    for (const { type, name } of objects()) {
      const { parent } = options.get(`${type} ${name}`) ?? {};
      const up = parent as pulumi.Resource & { __pulumiType: string };
      expect(up.__pulumiType, name).toMatch(/^(trading:components:|infra:kubernetes:Platform)/);
    }
  });

  test("no two objects of a kind have one name", () => {
    const names = objects().map(({ type, inputs }) => `${type} ${inputs.metadata.namespace} ${inputs.metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test("everything that holds data is protected and retained, and nothing else is", () => {
    const kept = [...options].filter(
      ([, opts]) => opts.protect && (opts as pulumi.CustomResourceOptions).retainOnDelete,
    );
    const claims = [...workloads.values()].filter(({ state }) => state).map(({ name }) => `${name}.state`);
    expect(kept.map(([key]) => key.split(" ")[1]).sort()).toEqual([...claims, "namespace"].sort());
  });
});

describe("a first preview", () => {
  /** Where unknown values stand, as paths of keys. */
  function unknowns(value: unknown, path: string): string[] {
    if (value === null || typeof value !== "object") return [];
    if (isUnknown(value)) return [path];
    const inner = secretMark in value ? (value as { value?: unknown }).value : value;
    if (inner !== value) return unknowns(inner, path);
    return Object.entries(value).flatMap(([key, each]) =>
      unknowns(each, `${path}/${Array.isArray(value) ? "*" : key.replaceAll("/", "_")}`),
    );
  }

  test("knows everything but contents made on the way, their hashes, and the digests of images", () => {
    const allowed = [
      /^Secret\/data/,
      /^ConfigMap\/data\/etc__gateway__authority\.crt$/,
      /\/template\/metadata\/annotations\/cipherhorizon\.(secrets|files)$/,
      /\/template\/spec\/containers\/\*\/image$/,
    ];
    for (const { type, inputs } of objects())
      for (const path of unknowns(inputs, type.split(":").at(-1) as string))
        expect(
          allowed.some((pattern) => pattern.test(path)),
          path,
        ).toBe(true);
    const paths = objects().flatMap(({ type, inputs }) => unknowns(inputs, type.split(":").at(-1) as string));
    expect(paths.length).toBeGreaterThan(0);
  });

  test("shows by its content whether an image changes", () => {
    for (const { name, inputs } of controllers())
      expect(inputs.spec.template.metadata.annotations["cipherhorizon.image"], name).toMatch(/^[0-9a-f]{64}$|@sha256:/);
  });
});

describe("edges", () => {
  const policies = () => kind("NetworkPolicy").map(({ inputs }) => inputs) as unknown as Policy[];
  const names = () => [...workloads.keys()].sort();
  const open = () =>
    names().flatMap((from) =>
      names()
        .filter((to) => to !== from)
        .flatMap((to) =>
          Object.values(workloads.get(to)?.ports ?? {})
            .sort((a, b) => a - b)
            .filter((port) => reaches(policies(), from, to, port))
            .map((port) => `${from} -> ${to}:${port}`),
        ),
    );

  test("golden: every connection that the policies let through", async () => {
    await expect(`${open().join("\n")}\n`).toMatchFileSnapshot("golden/connections.golden.txt");
  });

  test("whoever names another's address may go there, or is scraped back", async () => {
    const through = new Set(open());
    for (const { name, env = {}, files = {}, command = [] } of workloads.values()) {
      const contents = [...Object.values(env), ...Object.values(files), ...command];
      const text = (await Promise.all(contents.map((content) => known(content)))).join("\n");
      for (const other of workloads.values())
        for (const port of Object.values(other.ports)) {
          if (other.name === name || !new RegExp(`\\b${other.name}(\\$domain)?:${port}\\b`).test(text)) continue;
          // A dashboard or an alert's text may name a port without going there.
          const gone = through.has(`${name} -> ${other.name}:${port}`);
          expect(gone, `${name} names ${other.name}:${port}`).toBe(true);
        }
    }
  });

  test("every need is an edge, unless it is there for the order alone", () => {
    const through = open();
    for (const { name, needs = [], monitors } of workloads.values())
      for (const needed of needs) {
        const edge = through.some((each) => each.startsWith(`${name} -> ${needed.name}:`));
        const serves = Object.keys(needed.ports).some((port) => port !== "metrics");
        expect(edge, `${name} and ${needed.name}`).toBe(monitors ? "metrics" in needed : serves);
      }
  });
});

test("an image declares the signal by which its workload stops: a cluster sends no other", () => {
  const declared = (file: string) =>
    /^STOPSIGNAL (\w+)$/m.exec(readFileSync(new URL(`../${file}`, import.meta.url), "utf8"))?.[1] ?? "SIGTERM";
  const folders = new Map(THIRD_PARTY.map(({ name, equivalent }) => [name as string, equivalent?.dockerfile]));
  const images: Record<string, string> = { gateway: "nginx" };
  for (const { name, stop } of workloads.values()) {
    const image = images[name] ?? name;
    const file = folders.has(image) ? folders.get(image) : undefined;
    if (folders.has(image) && !file) continue;
    expect(declared(file ? `images/${file}` : `services/${name}/Dockerfile`), name).toBe(stop.signal);
  }
});
