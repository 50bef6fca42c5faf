import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { workloadNames } from "../config.ts";
import { UserError } from "../errors.ts";
import { dnsLabel } from "../names.ts";
import { block, Subnets, slot } from "./subnets.ts";

const pool = "10.213.0.0/16";
const names = fc.uniqueArray(fc.stringMatching(dnsLabel), { maxLength: 40 });

/** What the allocator gives to each name; names it refuses are left out. */
function allocate(list: readonly string[], pins: Record<string, string> = {}): Map<string, string> {
  const subnets = new Subnets(pool, pins);
  const given = new Map<string, string>();
  for (const name of list) {
    try {
      given.set(name, subnets.allocate(name).subnet);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  return given;
}

test("adding a workload, anywhere in the order, moves no other's subnet", () => {
  fc.assert(
    fc.property(names, fc.stringMatching(dnsLabel), fc.nat(40), (list, added, at) => {
      fc.pre(!list.includes(added));
      const before = allocate(list);
      const after = allocate([...list.slice(0, at), added, ...list.slice(at)]);
      for (const [name, subnet] of after) if (before.has(name)) expect(subnet).toBe(before.get(name));
    }),
  );
});

test("no two allocated subnets overlap, and all are in the pool", () => {
  const { first, last } = block(pool);
  fc.assert(
    fc.property(names, (list) => {
      const blocks = [...allocate(list).values()].map(block).sort((a, b) => a.first - b.first);
      blocks.forEach((each, index) => {
        expect(each.first).toBeGreaterThan(blocks[index - 1]?.last ?? first - 1);
        expect(each.last).toBeLessThanOrEqual(last);
      });
    }),
  );
});

test("the stack's own networks don't meet in the default pool", () => {
  const networks = workloadNames.flatMap((name) => [name, `${name}.outside`]);
  expect([...allocate(networks).keys()]).toEqual(networks);
});

describe("a clash", () => {
  const [one, other] = clash();

  test("names both networks and a free subnet, which then works", () => {
    const error = caught(() => {
      const subnets = new Subnets(pool);
      subnets.allocate(one);
      subnets.allocate(other);
    });
    expect(error.problems[0]).toMatchObject({
      where: `network ${other}`,
      what: `its subnet overlaps with that of network ${one}`,
      remedy: `pin it in the stack's configuration, cipherhorizon:docker.subnets.${other}: 10.213.255.240/28`,
    });
    expect(allocate([one, other], { [other]: "10.213.255.240/28" }).size).toBe(2);
  });
});

describe("the host's routes", () => {
  const route = { interface: "eth0", direct: true };
  const subnet = slot(pool, "kafka");

  test.each([
    ["the same network", { ...route, cidr: subnet }],
    ["a direct one around it", { ...route, cidr: "10.213.0.0/16" }],
    ["one inside it behind a gateway", { interface: "vpn0", direct: false, cidr: `${subnet.split("/")[0]}/30` }],
  ])("%s is refused", (_, taken) => {
    const error = caught(() => new Subnets(pool, {}, [taken]).allocate("kafka", "ch-1"));
    expect(error.problems[0]?.given).toBe(`${subnet}, and ${taken.cidr} by interface ${taken.interface}`);
  });

  test("a wide route behind a gateway is none of our business: the narrower one wins", () => {
    const taken = { interface: "vpn0", direct: false, cidr: "10.0.0.0/8" };
    expect(new Subnets(pool, {}, [taken]).allocate("kafka").subnet).toBe(subnet);
  });

  test("our own bridge from an earlier run is no obstacle", () => {
    const taken = { interface: "ch-1", direct: true, cidr: subnet };
    expect(new Subnets(pool, {}, [taken]).allocate("kafka", "ch-1").subnet).toBe(subnet);
  });
});

test("room is the addresses without network, gateway and broadcast", () => {
  expect(new Subnets(pool).allocate("kafka").room).toBe(13);
  expect(new Subnets(pool, { kafka: "10.213.255.0/27" }).allocate("kafka").room).toBe(29);
});

test.each(["10.0.0.1/24", "10.0.0.0/33", "10.0.0.256/24", "10.0.0/8", ""])("%j is no network", (cidr) =>
  expect(() => block(cidr)).toThrow(TypeError),
);

/** Two names with the same slot; 4096 slots meet soon. */
function clash(): [string, string] {
  const seen = new Map<string, string>();
  for (let index = 0; ; index++) {
    const name = `workload-${index}`;
    const subnet = slot(pool, name);
    const earlier = seen.get(subnet);
    if (earlier !== undefined) return [earlier, name];
    seen.set(subnet, name);
  }
}

function caught(action: () => void): UserError {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("no error");
}
