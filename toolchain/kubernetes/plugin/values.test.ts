import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  conceal,
  hasSecret,
  hasUnknown,
  isSecret,
  markLike,
  mask,
  reveal,
  secret,
  UNKNOWN,
  type Value,
} from "./values.ts";

const json: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), tie("value"), { maxKeys: 3 }),
  ),
})).value;

describe("property values", () => {
  it("come out of secrets as they went in", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(reveal(secret(value))).toEqual(reveal(value));
      }),
    );
    expect(reveal({ a: secret({ b: [secret("c"), null], d: null }) })).toEqual({ a: { b: ["c", null] } });
  });

  it("are wrapped once only", () => {
    expect(secret(secret("x"))).toEqual(secret("x"));
  });

  it("tell unknowns wherever they lie", () => {
    expect(hasUnknown({ a: [{ b: secret({ c: UNKNOWN }) }] })).toBe(true);
    expect(hasUnknown({ a: [{ b: "known" }] })).toBe(false);
  });

  it("keep the spelling of custom resource definitions on both sides", () => {
    const schema = { x_kubernetes_list_type: "map", properties: { x_other: {} } };
    expect(reveal(schema)).toEqual({ "x-kubernetes-list-type": "map", properties: { x_other: {} } });
    expect(conceal(reveal(schema))).toEqual(schema);
  });
});

describe("outputs marked like inputs", () => {
  it("are secret where the input is, and an array as a whole", () => {
    const ins = { data: { password: secret("p"), user: "u" }, env: [{ name: "A" }, { name: "B", value: secret("s") }] };
    const outs = { data: { password: "p", user: "u", added: "x" }, env: [{ name: "B", value: "s" }], status: {} };
    const marked = markLike(outs, ins);
    expect(marked).toEqual({
      data: { password: secret("p"), user: "u", added: "x" },
      env: secret([{ name: "B", value: "s" }]),
      status: {},
    });
  });

  it("never change a value, and hide every one that was hidden", () => {
    fc.assert(
      fc.property(json, json, (outs, ins) => {
        expect(reveal(markLike(outs, ins))).toEqual(reveal(outs));
        expect(isSecret(markLike(outs, secret(ins)))).toBe(true);
        if (!hasSecret(ins)) expect(markLike(outs, ins)).toEqual(outs);
      }),
    );
  });
});

describe("messages", () => {
  it("show no secret, neither plain nor as base64", () => {
    const inputs = { stringData: secret({ password: "hunter22" }), name: "gateway" };
    const base64 = Buffer.from("hunter22").toString("base64");
    expect(mask(`gateway: "hunter22" (${base64}) is invalid`, inputs)).toBe(
      'gateway: "[secret]" ([secret]) is invalid',
    );
  });
});
