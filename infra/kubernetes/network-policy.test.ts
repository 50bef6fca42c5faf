import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inClusters, minimal, running, workloads } from "../fixtures/workloads.ts";
import type { Running, Workload } from "../workload.ts";
import { context } from "./fixture.ts";
import { toDefaultDeny, toNetworkPolicies } from "./network-policy.ts";
import { type Policy, reaches } from "./reach.ts";

const policies = (all: Workload[]) =>
  [toDefaultDeny(context), ...all.flatMap((w) => toNetworkPolicies(w, context))] as unknown as Policy[];

/** A chain of workloads, each needing some of those before it; some are the monitoring, some have metrics. */
const graphs = fc
  .array(
    fc.record({
      needs: fc.array(fc.nat(6), { maxLength: 3 }),
      monitors: fc.boolean(),
      metrics: fc.constantFrom("none", "api", "metrics"),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((drawn) => {
    const done: Running[] = [];
    return drawn.map(({ needs, monitors, metrics }, index): Workload => {
      const ports = { api: 1000 + index, metrics: 2000 + index };
      const scraped = metrics === "none" ? {} : { metrics: { port: metrics, path: "/metrics" } };
      const said = { ...scraped, ...(monitors && { monitors }) };
      const name = `w${index}`;
      const w = { ...minimal, name, ports, ...said, needs: needs.flatMap((at) => done[at] ?? []) };
      done.push(running(name, ports, said));
      return w;
    });
  });

test("exactly the edges connect, on exactly their ports, whatever the graph", () => {
  fc.assert(
    fc.property(graphs, (all) => {
      const made = policies(all);
      for (const from of all)
        for (const to of all) {
          if (from === to) continue;
          const needs = (a: Workload, b: Workload) => (a.needs ?? []).some(({ name }) => name === b.name);
          for (const [name, port] of Object.entries(to.ports)) {
            const scraping = from.monitors === true && to.metrics?.port === name;
            const forward = needs(from, to) && (from.monitors ? scraping : name !== "metrics");
            const expected = forward || (needs(to, from) && scraping);
            expect(reaches(made, from.name, to.name, port), `${from.name} to ${to.name}.${name}`).toBe(expected);
          }
        }
    }),
  );
});

test("a new consumer adds policies and changes none", () => {
  fc.assert(
    fc.property(graphs, (all) => {
      const before = policies(all.slice(0, -1)).map((each) => JSON.stringify(each));
      const after = policies(all).map((each) => JSON.stringify(each));
      expect(after.slice(0, before.length)).toEqual(before);
    }),
  );
});

test("members of a quorum reach each other's ports for it; those who need one reach the others of its ports", () => {
  const members = ["a", "b", "c"];
  const ports = { api: 1, quorum: 2 };
  const quorum = members.map((name): Workload => ({ ...minimal, name, ports, peers: { members, ports: ["quorum"] } }));
  const needs = members.map((name) => running(name, ports, { peerPorts: ["quorum"] }));
  const made = policies([...quorum, { ...minimal, name: "client", needs }]);
  for (const to of members) {
    for (const from of members.filter((name) => name !== to)) {
      expect(reaches(made, from, to, 2)).toBe(true);
      expect(reaches(made, from, to, 1)).toBe(false);
    }
    expect(reaches(made, "client", to, 1)).toBe(true);
    expect(reaches(made, "client", to, 2)).toBe(false);
  }
});

describe("a server that somebody else runs", () => {
  const egress = (w: Workload) => toNetworkPolicies(w, context)[0]?.spec.egress as unknown[];
  const [guest, abroad] = [inClusters.guest as Workload, inClusters.abroad as Workload];

  test("is reached at its pods, on its port, and names are looked up", () => {
    const namespace = (name: string) => ({
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
    });
    const labels = { podSelector: { matchLabels: { "cnpg.io/cluster": "pg" } } };
    expect(egress(guest).slice(0, -1)).toEqual([
      { to: [namespace("caches")], ports: [{ protocol: "TCP", port: 6379 }] },
      { to: [{ ...namespace("databases"), ...labels }], ports: [{ protocol: "TCP", port: 5432 }] },
    ]);
    expect(JSON.stringify(egress(guest).at(-1))).toContain('"port":53');
  });

  test("outside the cluster is reached in its networks", () => {
    const to = ["10.1.2.0/24", "fd00:1::/64"].map((cidr) => ({ ipBlock: { cidr } }));
    expect(egress(abroad)[0]).toEqual({ to, ports: [{ protocol: "TCP", port: 5432 }] });
  });

  test("gets no policy: its own side is somebody else's, and nobody else gets a way there", () => {
    for (const w of [guest, abroad]) expect(toNetworkPolicies(w, context)).toHaveLength(1);
    const pod = { ...minimal, name: "other", needs: [running("server", { api: 1 })] };
    expect(JSON.stringify(toNetworkPolicies(pod, context))).not.toContain("databases");
  });
});

describe("the outside", () => {
  const own = (w: Workload, change = {}) => {
    const [policy] = toNetworkPolicies(w, { ...context, ...change });
    return policy?.spec as {
      ingress?: unknown[];
      egress?: { to: { ipBlock?: { cidr: string; except: string[] } }[] }[];
    };
  };

  test("comes in on exposed ports only, by the strategy's way", () => {
    const entrance = workloads.entrance as Workload;
    const ports = [{ protocol: "TCP", port: 8443 }];
    expect(own(entrance).ingress).toEqual([{ from: [{ ipBlock: { cidr: "203.0.113.0/24" } }], ports }]);
    const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": "ingress-nginx" } };
    const through = (labels: Record<string, string>) =>
      own(entrance, { exposing: { ...context.exposing, allowFrom: [], from: { namespace: "ingress-nginx", labels } } });
    expect(through({}).ingress).toEqual([{ from: [{ namespaceSelector }], ports }]);
    expect(through({ app: "x" }).ingress).toEqual([
      { from: [{ namespaceSelector, podSelector: { matchLabels: { app: "x" } } }], ports },
    ]);
  });

  test("is shut out where nobody is named", () => {
    const exposing = { ...context.exposing, kind: "clusterIP", allowFrom: [] };
    expect(own(workloads.entrance as Workload, { exposing })).not.toHaveProperty("ingress");
  });

  test("is the public internet: no private network, and no cloud's credentials", () => {
    const [to] = own(workloads.reaching as Workload).egress ?? [];
    expect(to?.to.map(({ ipBlock }) => ipBlock?.cidr)).toEqual(["0.0.0.0/0", "::/0"]);
    expect(to?.to[0]?.ipBlock?.except).toEqual(expect.arrayContaining(["10.0.0.0/8", "169.254.0.0/16"]));
  });

  test("is what the configuration says where it says so", () => {
    const [to] = own(workloads.reaching as Workload, { outside: ["10.9.0.0/16"] }).egress ?? [];
    expect(to?.to).toEqual([{ ipBlock: { cidr: "10.9.0.0/16" } }]);
  });

  test("names are looked up by whoever has somewhere to go, and by nobody else", () => {
    const asks = (w: Workload) => JSON.stringify(own(w)).includes('"port":53');
    expect(asks(minimal)).toBe(false);
    expect(asks(workloads.client as Workload)).toBe(true);
    expect(asks(workloads.reaching as Workload)).toBe(true);
    const onlyOrder = { ...minimal, needs: [running("made", { metrics: 1 })] };
    expect(asks(onlyOrder)).toBe(false);
  });
});
