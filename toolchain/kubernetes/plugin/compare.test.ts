import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compare, format, isBelow, parse, withValuesOf } from "./compare.ts";
import { UNKNOWN, type Value } from "./values.ts";

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Value>;

describe("comparison", () => {
  it("finds nothing between equals and something between others", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(compare(value, structuredClone(value))).toEqual([]);
      }),
    );
    fc.assert(
      fc.property(json, json, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        // Key order and -0 are no difference.
        try {
          expect(a).toEqual(b);
        } catch {
          expect(compare(a, b).length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it("names additions, deletions and updates by their paths", () => {
    const before = {
      spec: { containers: [{ name: "a", image: "x" }, { name: "b" }] },
      metadata: { labels: { "a/b": "1" } },
    };
    const after = {
      spec: { containers: [{ name: "a", image: "y", tty: true }] },
      metadata: { labels: { "a/b": UNKNOWN } },
    };
    const changes = compare(before, after).map(({ path, kind }) => `${kind} ${format(path)}`);
    expect(changes).toEqual([
      "update metadata.labels.a/b",
      "update spec.containers[0].image",
      "add spec.containers[0].tty",
      "delete spec.containers[1]",
    ]);
  });
});

describe("paths", () => {
  it("are written and read alike", () => {
    const step = fc.oneof(fc.nat(9), fc.stringMatching(/^[a-z./[\]"-]{1,6}$/));
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 4 }), (path) => {
        expect(parse(format(path))).toEqual(path);
      }),
    );
    expect(format(["metadata", "labels", "app.kubernetes.io/name"])).toBe('metadata.labels["app.kubernetes.io/name"]');
  });

  it("lie below their prefixes, with * for any one step", () => {
    expect(isBelow(parse("spec.containers[3].image.x"), parse("spec.containers[*].image"))).toBe(true);
    expect(isBelow(parse("spec.containers"), parse("spec.containers[*].image"))).toBe(false);
  });
});

describe("values of another object", () => {
  it("are taken at the paths where it has some", () => {
    const live = { spec: { replicas: 5, list: [{ a: 1 }] } };
    const inputs = { spec: { replicas: 3, list: [{ a: 0, b: 0 }], other: true } };
    const paths = [parse("spec.replicas"), parse("spec.list[0].a"), parse("spec.absent")];
    expect(withValuesOf(live, inputs, paths)).toEqual({ spec: { replicas: 5, list: [{ a: 1, b: 0 }], other: true } });
  });
});
