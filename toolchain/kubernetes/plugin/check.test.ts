import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CheckContext, checkInputs } from "./check.ts";
import { secret, UNKNOWN } from "./values.ts";

const seed = Uint8Array.of(1, 2, 3, 4);
const context = (more: Partial<CheckContext> = {}): CheckContext => ({
  kind: { apiVersion: "apps/v1", kind: "Deployment" },
  olds: {},
  naming: { resource: "gateway", seed },
  namespace: "trading",
  ...more,
});

describe("checked inputs", () => {
  it("have apiVersion, kind, a namespace and a name of their own", () => {
    expect(checkInputs({ spec: {} }, context())).toEqual({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        name: expect.stringMatching(/^gateway-[0-9a-f]{8}$/),
        namespace: "trading",
        annotations: { "pulumi.com/autonamed": "true" },
      },
      spec: {},
    });
  });

  it("keep what is given, secrets and unknowns too", () => {
    const news = {
      metadata: { name: "a", namespace: UNKNOWN, labels: secret({ b: "c" }) },
      spec: { token: secret("s"), image: UNKNOWN },
    };
    expect(checkInputs(news, context())).toEqual({ apiVersion: "apps/v1", kind: "Deployment", ...news });
  });

  it("name no namespace where the kind has none", () => {
    expect(checkInputs({ metadata: { name: "a" } }, context({ namespace: undefined }))).toMatchObject({
      metadata: { name: "a" },
    });
  });

  it("leave metadata alone that is not known, and see through one that is secret", () => {
    expect(checkInputs({ metadata: UNKNOWN }, context()).metadata).toBe(UNKNOWN);
    expect(checkInputs({ metadata: secret({ name: "a" }) }, context()).metadata).toEqual(
      secret({ name: "a", namespace: "trading" }),
    );
  });

  it("are the same for the same seed, and keep the name that was given before", () => {
    const first = checkInputs({}, context());
    expect(checkInputs({}, context())).toEqual(first);
    expect(checkInputs({}, context({ naming: { resource: "gateway", seed: Uint8Array.of(9) } }))).not.toEqual(first);
    expect(checkInputs({}, context({ olds: first, naming: { resource: "gateway", seed: Uint8Array.of(9) } }))).toEqual(
      first,
    );
  });

  it("follow the project's pulumi:autonaming", () => {
    const naming = (mode: "enforce" | "disable") => ({
      resource: "g",
      seed,
      policy: { mode, proposed: mode === "enforce" ? "g-dev" : "" },
    });
    expect(checkInputs({}, context({ naming: naming("enforce") }))).toMatchObject({ metadata: { name: "g-dev" } });
    expect(() => checkInputs({}, context({ naming: naming("disable") }))).toThrow(/set metadata.name of g/);
  });

  it("are checked to the same again", () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(fc.record({ metadata: fc.record({ name, labels: fc.dictionary(name, name) }) }), (news) => {
        const once = checkInputs(news, context());
        expect(checkInputs(once, context({ olds: once }))).toEqual(once);
      }),
    );
  });

  it.each([
    [{ kind: "StatefulSet" }, /kind contradicts/],
    [{ metadata: { generateName: "a-" } }, /generateName can't be used/],
    [{ metadata: ["a"] }, /metadata is no object/],
  ])("refuse %j", (news, message) => {
    expect(() => checkInputs(news, context())).toThrow(message);
  });
});
