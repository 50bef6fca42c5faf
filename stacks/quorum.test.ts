/** Three brokers instead of one, as the manifests show them. */
import { beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../infra/config.ts";
import { withSecrets } from "../infra/config-read.ts";
import { readLock } from "../infra/images.ts";
import { type Policy, reaches } from "../infra/kubernetes/reach.ts";
import { toYaml } from "../infra/kubernetes/yaml.ts";
import { thirdParty } from "../infra/supply.ts";
import { render } from "./render.ts";

const brokers = ["kafka-0", "kafka-1", "kafka-2"];
const site = { base: { reference: "base", content: "base" }, secrets: {} };
const supply = { site, thirdParty: (name: string) => thirdParty(name, "internet", readLock()) };
const configured = (values: object) => withSecrets(parseConfig({ platform: "kubernetes", ...values }));

// biome-ignore lint/suspicious/noExplicitAny: a test looks at any depth.
let manifests: any[];
let policies: Policy[];
const named = (kind: string, name: string) =>
  manifests.find((each) => each.kind === kind && each.metadata.name === name);

beforeAll(async () => {
  manifests = [...(await render(configured({ kafka: { brokers: 3 } }), "prod", supply)).values()].flat();
  policies = manifests.filter(({ kind }) => kind === "NetworkPolicy");
}, 60_000);

test("golden: a broker of three", async () => {
  const own = manifests.filter(({ metadata }) => metadata.labels["app.kubernetes.io/name"] === "kafka-1");
  const text = toYaml(own.filter(({ kind }) => kind !== "ConfigMap"));
  await expect(
    text
      .replaceAll(/(registry\.invalid\/[a-z/-]+):[0-9a-f]{12}/g, "$1:CONTENT")
      .replaceAll(/(cipherhorizon\.(?:image|files): )\S+/g, "$1CONTENT"),
  ).toMatchFileSnapshot("golden/broker.golden.yaml");
});

test("each broker is a workload with a claim of its own, and there is no other", () => {
  for (const name of brokers) {
    expect(named("StatefulSet", name)?.spec.replicas).toBe(1);
    expect(named("PersistentVolumeClaim", `${name}.state`)).toBeDefined();
  }
  expect(named("StatefulSet", "kafka")).toBeUndefined();
});

describe("edges", () => {
  test("brokers reach each other's quorum, and nobody else does", () => {
    for (const to of brokers)
      for (const port of [9093, 9095]) {
        for (const from of brokers) if (from !== to) expect(reaches(policies, from, to, port)).toBe(true);
        for (const from of ["engine", "provisioner", "prometheus"])
          expect(reaches(policies, from, to, port), `${from} to ${to}:${port}`).toBe(false);
      }
  });

  test("clients are given every broker, and reach every one", () => {
    for (const client of ["engine", "market-data", "risk-management", "trading-signal", "provisioner"]) {
      const env = named("Deployment", client).spec.template.spec.containers[0].env as { name: string; value: string }[];
      const given = env.find(({ name }) => name === "KAFKA_BROKERS")?.value;
      expect(given).toBe("kafka-0:9092,kafka-1:9092,kafka-2:9092");
      for (const broker of brokers) expect(reaches(policies, client, broker, 9092)).toBe(true);
    }
    for (const broker of brokers) expect(reaches(policies, "prometheus", broker, 9404)).toBe(true);
  });
});

test("a drain takes one broker at a time, and brokers keep apart", () => {
  const budgets = manifests.filter(
    ({ kind, metadata }) => kind === "PodDisruptionBudget" && /kafka/.test(metadata.name),
  );
  expect(budgets).toHaveLength(1);
  const all = { matchExpressions: [{ key: "app.kubernetes.io/name", operator: "In", values: brokers }] };
  expect(budgets[0].spec).toMatchObject({ maxUnavailable: 1, selector: all });
  for (const name of brokers) {
    const { affinity, topologySpreadConstraints } = named("StatefulSet", name).spec.template.spec;
    const [term] = affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution;
    expect(term.podAffinityTerm.labelSelector).toEqual(all);
    expect(topologySpreadConstraints[0]).toMatchObject({ labelSelector: all, maxSkew: 1 });
  }
});

test("a door for each broker isn't made, so a door for Kafka is refused", async () => {
  const config = configured({ kafka: { brokers: 3 }, kubernetes: { expose: { ports: { kafka: 19092 } } } });
  await expect(render(config, "prod", supply)).rejects.toThrow(/only a single broker can be reached from outside/);
});
