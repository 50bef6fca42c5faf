import { output, secret } from "@pulumi/pulumi";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isOpen } from "../environment.ts";
import { anyWorkload } from "../fixtures/any-workload.ts";
import { minimal, workloads } from "../fixtures/workloads.ts";
import { contents, directories } from "../mounts.ts";
import { resolved, sorted } from "../testing.ts";
import type { Workload } from "../workload.ts";
import { type ContainerContext, type degradations, toContainer } from "./container.ts";
import { toEnvs } from "./env.ts";
import { networkKinds } from "./network.ts";

/** As the platform would fill it, with plain names. */
function context(w: Workload, change: Partial<ContainerContext> = {}): ContainerContext {
  const held = directories(contents(w).map(({ path }) => path));
  const kinds = networkKinds(w);
  return {
    stack: "dev",
    bindAddress: "127.0.0.1",
    networks: {
      ...(kinds.includes("own") && { own: `${w.name}-own` }),
      ...(kinds.includes("outside") && { outside: `${w.name}-outside` }),
      needs: (w.needs ?? []).map(({ name }) => `${name}-own`),
    },
    ...(held.length > 0 && {
      files: { hash: "hash", mounted: held.map((directory, index) => ({ directory, volume: `files-${index}` })) },
    }),
    ...(w.state && { state: `${w.name}-state` }),
    hugePages: Object.keys(w.latency?.hugePages ?? {}).map((page) => ({
      directory: `/dev/hugepages-${page}`,
      volume: page,
    })),
    raisesMemlock: true,
    ...change,
  };
}

const translated = async (w: Workload, change?: Partial<ContainerContext>) =>
  sorted(await resolved(toContainer(w, context(w, change)))) as Record<string, unknown>;

test.each(Object.entries(workloads))("golden: %s", async (name, w) => {
  const text = `${JSON.stringify(await translated(w), undefined, 2)}\n`;
  await expect(text).toMatchFileSnapshot(`golden/${name}.golden.json`);
});

describe("degradations", () => {
  const changes: Record<keyof typeof degradations, [Workload, Workload]> = {
    "state.size": [
      { ...minimal, state: { path: "/data", size: "1Gi" } },
      { ...minimal, state: { path: "/data", size: "9Gi" } },
    ],
    "health.http": [
      { ...minimal, ports: { a: 1 } },
      { ...minimal, ports: { a: 1 }, health: { ...minimal.health, http: { port: "a", path: "/" } } },
    ],
    "latency.numaNode": [
      { ...minimal, latency: { cpus: "1" } },
      { ...minimal, latency: { cpus: "1", numaNode: 0 } },
    ],
    monitors: [minimal, { ...minimal, monitors: true }],
    "metrics.interval": [
      { ...minimal, ports: { a: 1 }, metrics: { port: "a", path: "/" } },
      { ...minimal, ports: { a: 1 }, metrics: { port: "a", path: "/", interval: "1s" } },
    ],
  };
  test.each(Object.entries(changes))("%s changes nothing, as the list says", async (_, [one, other]) => {
    expect(await translated(one)).toEqual(await translated(other));
  });
});

test("locked memory is asked for only where the host allows it", async () => {
  const w = workloads.pinned as Workload;
  expect(await translated(w)).toHaveProperty("ulimits");
  expect(await translated(w, { raisesMemlock: false })).not.toHaveProperty("ulimits");
});

describe("the environment", () => {
  test("refuses a secret, and says where it belongs", async () => {
    await expect(isOpen("kafka", "PASSWORD", secret("hidden"))).rejects.toThrow(
      /workload kafka, env.PASSWORD: a secret in the environment[\s\S]*give it in `secrets`/,
    );
  });

  test("takes plain values, known now or later, in a fixed order", async () => {
    expect(await resolved(toEnvs("kafka", { B: output("2"), A: "1" }))).toEqual(["A=1", "B=2"]);
  });
});

describe("every container", () => {
  const property = (check: (args: Record<string, never>, w: Workload) => void) =>
    fc.assert(
      fc.asyncProperty(anyWorkload, async (w) => {
        check((await translated(w)) as never, w);
      }),
      { numRuns: 60 },
    );

  test("has as much memory with swap as without", () =>
    property(({ memory, memorySwap }) => {
      expect(memorySwap).toBe(memory);
    }));

  test("is hardened, whatever it is", () =>
    property((args) => {
      expect(args).toMatchObject({
        readOnly: true,
        capabilities: { drops: ["ALL"] },
        securityOpts: ["no-new-privileges:true"],
        logOpts: { "max-file": "3", "max-size": "10m" },
        wait: true,
      });
      expect(args.user).toMatch(/^[1-9][0-9]*:/);
      expect(args.networkMode).not.toBe("bridge");
    }));

  test("holds no secret's content", () =>
    property((args, w) => {
      const visible = JSON.stringify({ ...args, envs: [] });
      for (const text of Object.values(w.secrets ?? {})) {
        fc.pre(!/^[\s\d"{}:,.]*$/.test(text as string));
        expect(visible).not.toContain(JSON.stringify(text).slice(1, -1));
      }
    }));

  test("is the same when asked again", async () => {
    await fc.assert(
      fc.asyncProperty(anyWorkload, async (w) => {
        expect(await translated(w)).toEqual(await translated(w));
      }),
      { numRuns: 30 },
    );
  });
});
