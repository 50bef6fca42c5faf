/** The rules that say Pod Security `restricted` in advance say what the cluster's own library says, pod by pod and check by check. */
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { pods } from "../policies/kubernetes/arbitrary.ts";
import { resourceOf } from "../policies/kubernetes/manifest.ts";
import { findings, type Rule } from "../policies/rule.ts";
import { rules } from "../policies/rules.ts";
import { ask, buildOracle, checksOf, hasGo, libraryFolder, unformatted } from "./oracle.ts";

const folder = mkdtempSync(join(tmpdir(), "horizon-oracle-"));
const oracle = join(folder, "oracle");
const generated = 10_000;
const minors = [35, 36, 37];
const seed = Date.now() % 2 ** 31;
const sample = fc.sample(pods, { seed, numRuns: generated });

/** Where the toolchain was downloaded there may be no Go; the tally says how many tests that left out. */
const suite = describe.skipIf(!hasGo);

beforeAll(() => {
  if (hasGo) buildOracle(oracle);
}, 660_000);

afterAll(() => rmSync(folder, { recursive: true }));

/** The checks of Pod Security that some rules find broken. */
function ours(pod: object, kubernetesMinor: number, by: readonly Rule[] = rules): string[] {
  const found = findings(by, [resourceOf({ ...pod, apiVersion: "v1", kind: "Pod" })], { kubernetesMinor });
  return [...new Set(found.flatMap(({ control }) => control ?? []))].sort();
}

/** The pods on which we and the library differ, with both verdicts, and how many the library refuses. */
function compare(minor: number, compared: readonly object[]): { differing: object[]; refused: number } {
  const verdicts = ask(oracle, minor, compared);
  const differing = compared.flatMap((pod, i) => {
    const [mine, theirs] = [ours(pod, minor), verdicts[i]?.checks ?? []];
    return JSON.stringify(mine) === JSON.stringify(theirs) ? [] : [{ mine, theirs, pod }];
  });
  return { differing, refused: verdicts.filter(({ allowed }) => !allowed).length };
}

const report = (text: string): boolean => process.stdout.write(`${text}\n`);

/** The library's examples under a pattern, by file. */
function examples(pattern: string): { file: string; pod: object }[] {
  const root = join(libraryFolder(), "test", "testdata");
  const files = globSync(pattern, { cwd: root });
  return files.map((file) => ({ file, pod: parse(readFileSync(join(root, file), "utf8")) as object }));
}

suite("the oracle", () => {
  it("is formatted", () => expect(unformatted()).toBe(""));
});

suite("Pod Security restricted", () => {
  it("has no check that no rule makes", () => {
    const made = rules.flatMap(({ checks }) => Object.values(checks).flat());
    expect([...new Set(made.flatMap(({ control }) => control ?? []))].sort()).toEqual(checksOf(oracle));
  });

  it.each(minors)("of 1.%i is what the rules say of generated pods", (minor) => {
    const { differing, refused } = compare(minor, sample);
    report(`1.${minor}: ${sample.length} generated pods compared (seed ${seed}), ${refused} of them refused`);
    expect(differing.slice(0, 3), `seed ${seed}, ${differing.length} differ`).toEqual([]);
    // Neither side may have agreed by refusing or admitting all.
    expect(refused).toBeGreaterThan(generated / 10);
    expect(refused).toBeLessThan((generated * 9) / 10);
  });

  it("is what the rules say of the library's own examples", () => {
    const found = examples("*/v1.*/*/*.yaml").map(({ pod }) => pod);
    expect(found.length).toBeGreaterThan(4_000);
    for (const minor of minors) expect(compare(minor, found).differing.slice(0, 3)).toEqual([]);
    report(`${found.length} examples of the library compared with each of ${minors.length} minors`);
  });

  it.each(minors)("of 1.%i passes and fails the library's own examples as they are labelled", (minor) => {
    const found = examples(`restricted/v1.${minor}/*/*.yaml`);
    expect(found.length).toBeGreaterThan(80);
    const wrong = found.filter(({ file, pod }) => (ours(pod, minor).length === 0) !== file.includes("/pass/"));
    expect(wrong).toEqual([]);
  });
});

suite("the comparison", () => {
  const newest = 37;
  let complete: string[];
  beforeAll(() => {
    complete = sample.map((pod) => ours(pod, newest).join());
  });
  const controls = rules.flatMap((rule) =>
    (["unit", "process"] as const).flatMap((kind) =>
      (rule.checks[kind] ?? []).flatMap(({ control }, i) =>
        control === undefined ? [] : [{ name: `${rule.name}, ${kind} check ${i} (${control})`, rule, kind, i }],
      ),
    ),
  );

  it.each(controls)("would notice the lack of $name", ({ rule, kind, i }) => {
    const checks = { ...rule.checks, [kind]: rule.checks[kind]?.filter((_, index) => index !== i) };
    const lacking = rules.map((other) => (other === rule ? { ...rule, checks } : other));
    const noticed = sample.some((pod, i) => complete[i] !== ours(pod, newest, lacking).join());
    expect(noticed, `seed ${seed}`).toBe(true);
  });
});
