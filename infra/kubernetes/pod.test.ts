import { secret } from "@pulumi/pulumi";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyWorkload } from "../fixtures/any-workload.ts";
import { minimal, workloads } from "../fixtures/workloads.ts";
import { resolved, sorted } from "../testing.ts";
import { bytes } from "../units.ts";
import type { Workload } from "../workload.ts";
import { literal } from "./env.ts";
import { context } from "./fixture.ts";
import { type degradations, toPodTemplate } from "./pod.ts";
import { binary, cores } from "./quantity.ts";

const translated = async (w: Workload, key = "key") =>
  sorted(await resolved(toPodTemplate(w, { ...context, hashKey: key }) as never)) as {
    metadata: { labels: Record<string, string>; annotations: Record<string, string> };
    // biome-ignore lint/suspicious/noExplicitAny: a test looks at any depth.
    spec: any;
  };

describe("degradations", () => {
  const latency = { cpus: "1" };
  const metrics = { port: "a", path: "/" };
  const changes: Record<keyof typeof degradations, [Workload, Workload]> = {
    "stop.signal": [
      { ...minimal, stop: { signal: "SIGTERM", graceSeconds: 9 } },
      { ...minimal, stop: { signal: "SIGQUIT", graceSeconds: 9 } },
    ],
    "scratch.exec": [
      { ...minimal, scratch: { "/tmp": { size: "1Mi" } } },
      { ...minimal, scratch: { "/tmp": { size: "1Mi", exec: true } } },
    ],
    "latency.numaNode": [
      { ...minimal, latency },
      { ...minimal, latency: { ...latency, numaNode: 0 } },
    ],
    "latency.lockMemory": [
      { ...minimal, latency },
      { ...minimal, latency: { ...latency, lockMemory: true } },
    ],
    "metrics.interval": [
      { ...minimal, ports: { a: 1 }, metrics },
      { ...minimal, ports: { a: 1 }, metrics: { ...metrics, interval: "1s" } },
    ],
  };
  test.each(Object.entries(changes))("%s changes nothing, as the list says", async (_, [one, other]) => {
    expect(await translated(one)).toEqual(await translated(other));
  });
});

describe("the annotation of a secret", () => {
  const at = async (content: string, key?: string) =>
    (await translated({ ...minimal, secrets: { "/run/secrets/p": secret(content) } }, key)).metadata.annotations[
      "cipherhorizon.secrets"
    ];

  test("changes with the content and with the stack's key, and with nothing else", async () => {
    expect(await at("a")).toBe(await at("a"));
    expect(await at("a")).not.toBe(await at("b"));
    expect(await at("a")).not.toBe(await at("a", "another"));
  });
});

test("nodes pull with the Secrets that the configuration names", async () => {
  const given = toPodTemplate(minimal, { ...context, pullSecrets: ["a", "b"] });
  expect(given.spec.imagePullSecrets).toEqual([{ name: "a" }, { name: "b" }]);
  expect((await translated(minimal)).spec).not.toHaveProperty("imagePullSecrets");
});

test("a dollar stands for itself in a command, a check and a value, as on Docker", async () => {
  const w = { ...minimal, command: ["/x", "$(HOME)"], env: { A: "$$" }, health: { ...minimal.health, exec: ["$x"] } };
  const [container] = (await translated(w)).spec.containers;
  expect(container).toMatchObject({
    command: ["/x", "$$(HOME)"],
    env: [{ name: "A", value: "$$$$" }],
    readinessProbe: { exec: { command: ["$$x"] } },
  });
  // As the kubelet reads: two dollars are one, `$(NAME)` is a variable, any other dollar is one.
  const read = (text: string) => text.replaceAll(/\$\$|\$\(([^)]*)\)/g, (found) => (found === "$$" ? "$" : "EXPANDED"));
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("$", "(", ")", "A", " ") }), (text) => {
      expect(read(literal(text))).toBe(text);
    }),
  );
});

describe("a pinned workload", () => {
  test("has whole cores, its huge pages and its memory, asked for as much as limited, on nodes of the pool", async () => {
    const { spec } = await translated(workloads.pinned as Workload);
    const { requests, limits } = spec.containers[0].resources;
    expect(requests).toEqual(limits);
    expect(limits).toEqual({ cpu: "2", memory: "128Mi", "hugepages-2Mi": "64Mi" });
    expect(spec.tolerations).toEqual([
      { key: "cipherhorizon.io/pool", operator: "Equal", value: "latency", effect: "NoSchedule" },
    ]);
    expect(spec.containers[0].volumeMounts).toEqual([{ name: "huge-2mi", mountPath: "/dev/hugepages-2Mi" }]);
  });

  test("keeps to the pool where it runs twice, its replicas apart", async () => {
    const { spec } = await translated({ ...(workloads.pinned as Workload), replicas: 2 });
    expect(spec.nodeSelector).toEqual({ "cipherhorizon.io/pool": "latency" });
    expect(Object.keys(spec.affinity)).toEqual(["podAntiAffinity"]);
  });

  test("is never killed by a check", async () => {
    const { spec } = await translated({ ...(workloads.pinned as Workload), ports: { api: 80 } });
    expect(spec.containers[0]).not.toHaveProperty("livenessProbe");
  });
});

test("liveness asks only whether anything listens", async () => {
  const { spec } = await translated(workloads.server as Workload);
  expect(spec.containers[0].livenessProbe).toMatchObject({ tcpSocket: { port: 9090 } });
  expect(spec.containers[0].readinessProbe).toMatchObject({ httpGet: { path: "/readyz", port: 9090 } });
});

test("a start is given as long as the workload says", async () => {
  for (const [startWithin, interval] of [
    ["90s", "2s"],
    ["500ms", "100ms"],
    ["2m", "7s"],
  ] as const) {
    const { spec } = await translated({ ...minimal, health: { exec: ["x"], startWithin, interval } });
    const { periodSeconds, failureThreshold } = spec.containers[0].startupProbe;
    expect(periodSeconds * (failureThreshold - 1) * 1000).toBeGreaterThanOrEqual(parseInt(startWithin, 10));
    expect(periodSeconds).toBeGreaterThanOrEqual(1);
  }
});

describe("every pod", () => {
  const property = (check: (pod: Awaited<ReturnType<typeof translated>>, w: Workload) => void) =>
    fc.assert(
      fc.asyncProperty(anyWorkload, async (w) => check(await translated(w), w)),
      { numRuns: 60 },
    );

  test("is what Pod Security restricted admits, with a read-only root and without a token, whatever it is", () =>
    property(({ spec }) => {
      expect(spec).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      });
      expect(spec.securityContext.runAsUser).toBeGreaterThan(0);
      for (const field of ["hostNetwork", "hostPID", "hostIPC"]) expect(spec).not.toHaveProperty(field);
      for (const { securityContext } of spec.containers)
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
          privileged: false,
          readOnlyRootFilesystem: true,
        });
      const allowed = ["configMap", "emptyDir", "persistentVolumeClaim", "projected", "secret"];
      for (const { name, ...source } of spec.volumes ?? []) expect(allowed).toContain(Object.keys(source)[0]);
    }));

  test("mounts each of its volumes once, each at a path of its own", () =>
    property(({ spec }) => {
      const mounts = (spec.containers[0].volumeMounts ?? []) as { name: string; mountPath: string }[];
      expect(mounts.map(({ name }) => name)).toEqual((spec.volumes ?? []).map(({ name }: { name: string }) => name));
      for (const list of [mounts.map(({ name }) => name), mounts.map(({ mountPath }) => mountPath)])
        expect(new Set(list).size).toBe(list.length);
      for (const { name } of mounts) expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
    }));

  test("never asks for more than it may have", () =>
    property(({ spec }, w) => {
      const { requests, limits } = spec.containers[0].resources;
      const milli = (text: string) => (text.endsWith("m") ? Number.parseInt(text, 10) : Number(text) * 1000);
      expect(milli(requests.cpu)).toBeLessThanOrEqual(milli(limits.cpu));
      expect(bytes(requests.memory)).toBeLessThanOrEqual(bytes(limits.memory));
      expect(bytes(limits.memory)).toBe(bytes(w.resources.memory));
    }));

  test("holds no secret's content", () =>
    property((pod, w) => {
      const visible = JSON.stringify({ ...pod, spec: { ...pod.spec, env: [] } });
      for (const text of Object.values(w.secrets ?? {})) {
        fc.pre(!Object.values(w.env ?? {}).some((value) => String(value).includes(String(text))));
        fc.pre(!/^[\s\d"{}:,.]*$/.test(text as string));
        expect(visible).not.toContain(JSON.stringify(text).slice(1, -1));
      }
    }));
});

describe("quantities are spelt as an API server spells them", () => {
  test.each([
    [0.25, "250m"],
    [2, "2"],
    [0.07, "70m"],
    [0.0005, "1m"],
    [1.5, "1500m"],
  ])("%s cores: %s", (amount, text) => expect(cores(amount)).toBe(text));

  test.each([
    [1024 ** 3, "1Gi"],
    [1536 * 1024 ** 2, "1536Mi"],
    [1000, "1000"],
  ])("%s bytes: %s", (amount, text) => expect(binary(amount)).toBe(text));
});
