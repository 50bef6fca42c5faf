import { describe, expect, test } from "vitest";
import { minimal, workloads } from "../fixtures/workloads.ts";
import type { Workload } from "../workload.ts";
import { checkKubernetes } from "./check.ts";
import { checkExposure } from "./exposure.ts";
import { keyOf } from "./files.ts";

const said = (change: Partial<Workload>) =>
  checkKubernetes({ ...minimal, ...change }).map(({ where, what }) => `${where}: ${what}`);

test.each(Object.entries(workloads))("%s is accepted", (_, w) => expect(checkKubernetes(w)).toEqual([]));

describe("refused", () => {
  const long = "a".repeat(53);
  test.each<[string, Partial<Workload>, string[]]>([
    ["a name too long for its pods", { name: long }, [`workload ${long}: kubernetes can't name its objects so`]],
    ["the cluster's own name", { name: "default" }, ["workload default: kubernetes can't name its objects so"]],
    [
      "the name of another's way in",
      { name: "a-outside" },
      ["workload a-outside: kubernetes can't name its objects so"],
    ],
    [
      "a port's name",
      { ports: { "a-very-long-name": 1, "80": 2 } },
      ["80", "a-very-long-name"].map((port) => `workload example, ports.${port}: kubernetes can't name a port so`),
    ],
    ["a port twice", { ports: { a: 1, b: 1 } }, ["workload example, ports.b: a Service has each port once"]],
    [
      "a path that is no key",
      { files: { "/etc/a b/c": "x" }, secrets: { "/run/a__b": "y" } },
      ["/etc/a b/c", "/run/a__b"].map((path) => `workload example, ${path}: kubernetes can't hold a file of this path`),
    ],
    [
      "more than an object holds",
      { files: { "/etc/a/b": "x".repeat(2 ** 20 + 1) } },
      ["workload example, files: more than one object of the API server holds"],
    ],
  ])("%s", (_, change, expected) => expect(said(change)).toEqual(expected));

  test("with all four parts", () => {
    for (const { given, allowed, remedy } of checkKubernetes({ ...minimal, name: long, ports: { A: 1, b: 1 } }))
      for (const part of [given, allowed, remedy]) expect(part).not.toBe("");
  });
});

describe("through the cluster's own entrance", () => {
  const secured = workloads.secured as Workload;
  const said = (w: Workload, kind: "ingress" | "gateway" | "loadBalancer" | "clusterIP") =>
    checkExposure(w, { kind }).map(({ where, what }) => `${where}: ${what}`);

  test.each(["ingress", "gateway"] as const)("%s leads to HTTPS and to nothing else", (kind) => {
    expect(said(secured, kind)).toEqual([]);
    expect(said(minimal, kind)).toEqual([]);
    const thing = kind === "ingress" ? "an Ingress" : "a Gateway";
    expect(said({ ...secured, expose: { https: 443, status: 80 } }, kind)).toEqual([
      `workload secured, expose.status: not a port that ${thing} can lead to`,
    ]);
    const [problem] = checkExposure(workloads.entrance as Workload, { kind });
    expect(problem?.allowed).toBe("a port that speaks HTTPS; the workload has none");
  });

  test.each(["loadBalancer", "clusterIP"] as const)("%s passes any port", (kind) => {
    expect(said(workloads.entrance as Workload, kind)).toEqual([]);
  });
});

test("two paths never share a key", () => {
  expect(keyOf("/etc/a/b")).not.toBe(keyOf("/etc/a_b"));
});
