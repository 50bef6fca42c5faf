import { describe, expect, it } from "vitest";
import { compare } from "./compare.ts";
import { checkpoint, inputsOf, manifestOf, readState } from "./state.ts";
import { isSecret, reveal, secret } from "./values.ts";

const CANARY = "canary-4711";
const BASE64 = Buffer.from(CANARY).toString("base64");
const inputs = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "a", namespace: "n" },
  stringData: { password: CANARY },
};
const live = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: {
    name: "a",
    namespace: "n",
    uid: "u",
    annotations: { "kubectl.kubernetes.io/last-applied-configuration": `{"data":{"password":"${BASE64}"}}` },
  },
  data: { password: BASE64 },
};

/** The state without what is inside secrets, as it would be seen by anyone. */
function visible(value: unknown): string {
  return JSON.stringify(value, (_, item) => (isSecret(item) ? "[secret]" : item));
}

describe("the state of an object", () => {
  it("tells what it was made of", () => {
    const state = readState(checkpoint(inputs, live));
    expect(state).toEqual({ inputs, live, initialApiVersion: "v1", fieldManager: "pulumi-kubernetes" });
  });

  it("keeps what an earlier plugin called itself and the first apiVersion", () => {
    const earlier = { inputs, live, initialApiVersion: "v1beta1", fieldManager: "pulumi-kubernetes-1a2b3c4d" };
    expect(readState(checkpoint(inputs, live, earlier))).toMatchObject({
      initialApiVersion: "v1beta1",
      fieldManager: "pulumi-kubernetes-1a2b3c4d",
    });
  });

  it("shows nothing of a Secret, though the program declared nothing secret", () => {
    expect(visible(checkpoint(inputs, live))).not.toMatch(new RegExp(`${CANARY}|${BASE64}`));
    expect(visible(inputsOf(live, inputs))).not.toMatch(new RegExp(`${CANARY}|${BASE64}`));
    expect(visible(inputsOf(live, {}))).not.toMatch(new RegExp(`${CANARY}|${BASE64}`));
  });

  it("hides in any kind what the program hid", () => {
    const map = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a" },
      data: { a: secret(CANARY), b: "plain" },
    };
    const seen = visible(checkpoint(map, reveal(map) as typeof map));
    expect(seen).not.toContain(CANARY);
    expect(seen).toContain("plain");
  });
});

describe("inputs read back", () => {
  it("are the program's own where nothing drifted", () => {
    expect(compare(reveal(inputsOf(live, inputs)), inputs)).toEqual([]);
  });

  it("have the live value where it drifted", () => {
    const drifted = { ...live, data: { password: Buffer.from("other").toString("base64") } };
    expect(reveal(inputsOf(drifted, inputs))).toEqual({ ...inputs, stringData: { password: "other" } });
  });

  it("are all of an imported object that somebody may have written", () => {
    const deployment = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "a", uid: "u", generation: 1, managedFields: [], labels: { a: "b" } },
      spec: { replicas: 1 },
      status: {},
    };
    expect(inputsOf(deployment, {})).toEqual({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "a", labels: { a: "b" } },
      spec: { replicas: 1 },
    });
  });
});

describe("the manifest", () => {
  it("has a Secret's texts as data, which server-side apply can own", () => {
    expect(manifestOf({ ...inputs, data: { more: "bQ==" } })).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "a", namespace: "n" },
      data: { more: "bQ==", password: BASE64 },
    });
  });

  it("has no secrets' wrappers and no nulls", () => {
    expect(manifestOf({ kind: "A", spec: secret({ a: null, b: 1 }) })).toEqual({ kind: "A", spec: { b: 1 } });
  });
});
