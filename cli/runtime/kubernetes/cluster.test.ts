import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiException } from "@kubernetes/client-node";
import { afterAll, describe, expect, it } from "vitest";
import { explained, loadKubeconfig } from "./cluster.ts";
import { toEnd } from "./exec.ts";

const dir = mkdtempSync(join(tmpdir(), "horizon-cluster-"));
afterAll(() => rmSync(dir, { recursive: true }));

const file = join(dir, "kubeconfig");
writeFileSync(
  file,
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "one", cluster: { server: "https://one.invalid" } }],
    users: [{ name: "u", user: {} }],
    contexts: [
      { name: "a", context: { cluster: "one", user: "u" } },
      { name: "b", context: { cluster: "one", user: "u" } },
    ],
    "current-context": "a",
  }),
);

describe("the kubeconfig", () => {
  it("gives its current context, or the one that is named", () => {
    expect(loadKubeconfig(file, undefined).getCurrentContext()).toBe("a");
    expect(loadKubeconfig(file, "b").getCurrentContext()).toBe("b");
  });

  it("is refused where it is not there, and where it has no such context", () => {
    expect(() => loadKubeconfig(join(dir, "none"), undefined)).toThrow(
      /there is no kubeconfig[\s\S]*--kubeconfig FILE/,
    );
    expect(() => loadKubeconfig(file, "c")).toThrow(/no such context[\s\S]*given: +c\n +allowed: a, b/);
  });
});

describe("a failure", () => {
  const where = { server: "https://one.invalid", stack: "prod" };
  const told = (error: unknown): string => explained(where, "list the pods", error).message;

  it("is told with the cause where nothing answered", () => {
    const refused = new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 10.0.0.1:6443") });
    expect(told(refused)).toMatch(/does not answer[\s\S]*https:\/\/one.invalid: connect ECONNREFUSED 10.0.0.1:6443/);
  });

  it("is told in the API server's own words", () => {
    const body = { kind: "Status", message: 'pods is forbidden: User "dev" cannot list resource "pods"' };
    expect(told(new ApiException(403, "Unknown", body, {}))).toMatch(/does not allow it[\s\S]*User "dev" cannot list/);
    expect(told(new ApiException(500, "Unknown", JSON.stringify({ message: "etcd is down" }), {}))).toMatch(
      /refuses[\s\S]*etcd is down/,
    );
  });

  it("is told of a refused channel, which has its status in its message only", () => {
    expect(told({ message: "Unexpected server response: 403" })).toMatch(/does not allow it/);
  });
});

describe("how a command in a pod ended", () => {
  it("is its exit code where it has one, and otherwise the reason", () => {
    const exit = { causes: [{ reason: "ExitCode", message: "7" }] };
    expect(toEnd({ status: "Success" })).toEqual({ code: 0 });
    expect(toEnd({ status: "Failure", message: "command terminated", details: exit })).toEqual({ code: 7 });
    expect(toEnd({ status: "Failure", message: "no such file" })).toEqual({ code: 255, reason: "no such file" });
  });
});
