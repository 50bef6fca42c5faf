/** What the program itself makes of workloads, as its golden files have it, breaks no rule. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { containerType } from "./docker/container.ts";
import { type Manifest, resourceOf } from "./kubernetes/manifest.ts";
import { findings } from "./rule.ts";
import { rules } from "./rules.ts";
import type { Resource } from "./subjects.ts";
import { resourceRules } from "./testing.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const files = (pattern: string): string[] => globSync(pattern, { cwd: root }).sort();
const read = (file: string): string => readFileSync(join(root, file), "utf8");

const manifests = (file: string): Resource[] =>
  parseAllDocuments(read(file)).flatMap((document) => {
    const manifest = document.toJS() as Manifest | null;
    return manifest === null ? [] : [resourceOf(manifest)];
  });

/** The files name images by an id or a content tag: a digest is known only to a registry. */
const exceptImages = (list: typeof rules): typeof rules => list.filter(({ name }) => name !== "pinned-image");

describe("the program's golden files", () => {
  it.each(files("infra/docker/golden/*.golden.json"))("break no rule: %s", (file) => {
    const props = JSON.parse(read(file)) as object;
    const container = { type: containerType, name: file, props };
    expect(findings(rules, [container], { requireDigest: true })).toEqual([]);
  });

  it.each(files("{infra/kubernetes,stacks}/golden/*.golden.yaml"))("break no rule: %s", (file) => {
    const found = manifests(file);
    expect(found.length).toBeGreaterThan(0);
    // A workload by itself is no stack that anything could close.
    const whole = found.some(({ type }) => type === "kubernetes:core/v1:Namespace");
    expect(findings(exceptImages(whole ? rules : resourceRules), found, { kubernetesMinor: 35 })).toEqual([]);
  });
});
