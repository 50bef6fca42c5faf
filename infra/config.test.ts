import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseConfig, sections, workloadNames } from "./config.ts";
import { configSchema, schemaPath } from "./config-schema.ts";
import { UserError } from "./errors.ts";

function problems(values: Record<string, unknown>) {
  try {
    parseConfig(values);
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
  return [];
}

test("an empty configuration is whole", () => {
  expect(parseConfig({})).toMatchObject({
    platform: "docker",
    docker: { subnetPool: "10.213.0.0/16", bindAddress: "127.0.0.1", hostPorts: { gateway: 8443, kafka: 19092 } },
    marketData: { source: "generate", seed: 1 },
    protect: false,
  });
});

test("a part of a section keeps the defaults of the rest", () => {
  expect(parseConfig({ docker: { hostPorts: { kafka: "off" } } }).docker.hostPorts).toEqual({
    gateway: 8443,
    kafka: "off",
  });
});

describe("the way into a cluster", () => {
  const expose = (values: Record<string, unknown>) => parseConfig({ kubernetes: { expose: values } }).kubernetes.expose;
  const host = "trading.example.com";

  test("is closed where nothing is said, and nobody of the cluster's other namespaces comes in", () => {
    expect(expose({})).toMatchObject({ kind: "clusterIP", host: "127.0.0.1", ports: { gateway: 8443, kafka: "off" } });
    expect(expose({})).toMatchObject({ allowFrom: [] });
    expect(expose({}).from).toBeUndefined();
  });

  test("is at HTTPS' own port where the cluster's entrance stands before it, unless said otherwise", () => {
    const from = { namespace: "ingress-nginx" };
    expect(expose({ kind: "ingress", host, from }).ports).toEqual({ gateway: 443, kafka: "off" });
    expect(expose({ kind: "ingress", host, from, ports: { gateway: 8443 } }).ports.gateway).toBe(8443);
    const parentRefs = [{ name: "public", namespace: "gateways", sectionName: "tls" }];
    expect(expose({ kind: "gateway", host, from, parentRefs })).toMatchObject({ ports: { gateway: 443 }, parentRefs });
    expect(expose({ kind: "ingress", host, allowFrom: ["198.51.100.0/24"] }).ports.gateway).toBe(443);
    expect(expose({ kind: "loadBalancer", allowFrom: ["198.51.100.0/24"] }).ports.gateway).toBe(8443);
  });
});

test("Pulumi's texts become values, and other packages' settings are none of ours", () => {
  const all = {
    "cipherhorizon:platform": "docker",
    "cipherhorizon:protect": "true",
    "cipherhorizon:docker": '{"bindAddress":"127.0.0.2"}',
    "docker:host": "unix:///x",
  };
  expect(sections(all)).toEqual({ platform: "docker", protect: true, docker: { bindAddress: "127.0.0.2" } });
});

describe("refused", () => {
  test.each<[string, Record<string, unknown>, string, string, string]>([
    ["a misspelt section", { platfrom: "docker" }, "cipherhorizon:platfrom", "no such setting", "write platform"],
    [
      "a misspelt setting",
      { docker: { hostPorts: { gatway: 1 } } },
      "cipherhorizon:docker.hostPorts.gatway",
      "no such setting",
      "write gateway",
    ],
    [
      "replicas of what runs once",
      { kubernetes: { replicas: { kafka: 3 } } },
      "cipherhorizon:kubernetes.replicas.kafka",
      "no such setting",
      "remove it",
    ],
    [
      "an unknown workload",
      { resources: { nginx: {} } },
      "cipherhorizon:resources.nginx",
      "no such setting",
      "remove it",
    ],
    [
      "a decimal unit",
      { resources: { kafka: { memory: "512MB" } } },
      "cipherhorizon:resources.kafka.memory",
      "not a usable value",
      "write 512Mi",
    ],
    [
      "no unit",
      { resources: { kafka: { memory: 512 } } },
      "cipherhorizon:resources.kafka.memory",
      "not a usable value",
      "write 512Mi",
    ],
    [
      "a small letter",
      { retention: { metricsSize: "2g" } },
      "cipherhorizon:retention.metricsSize",
      "not a usable value",
      "write 2Gi",
    ],
  ])("%s, with the right spelling", (_, values, where, what, remedy) => {
    expect(problems(values)).toMatchObject([{ where, what, remedy }]);
  });

  test.each<[string, Record<string, unknown>, string, string]>([
    ["an unknown platform", { platform: "nomad" }, "cipherhorizon:platform", "docker or kubernetes"],
    [
      "a port",
      { docker: { hostPorts: { kafka: 70000 } } },
      "cipherhorizon:docker.hostPorts.kafka",
      "a port from 1 to 65535, or off",
    ],
    [
      "a pool with host bits",
      { docker: { subnetPool: "10.213.1.0/16" } },
      "cipherhorizon:docker.subnetPool",
      "a private IPv4 network with a prefix from 8 to 20, such as 10.213.0.0/16",
    ],
    [
      "a pool too small",
      { docker: { subnetPool: "10.213.0.0/24" } },
      "cipherhorizon:docker.subnetPool",
      "a private IPv4 network with a prefix from 8 to 20, such as 10.213.0.0/16",
    ],
    [
      "a network's name",
      { docker: { subnets: { "A b": "10.0.0.0/28" } } },
      "cipherhorizon:docker.subnets.A b",
      "a workload's name, or its name with .outside",
    ],
    [
      "a symbol",
      { marketData: { symbols: ["btc"] } },
      "cipherhorizon:marketData.symbols.0",
      "2 to 20 capital letters and digits, such as BTCUSDT",
    ],
    [
      "a symbol twice",
      { marketData: { symbols: ["BTCUSDT", "BTCUSDT"] } },
      "cipherhorizon:marketData.symbols",
      "each symbol once",
    ],
    ["a fraction", { engine: { collarBps: 1.5 } }, "cipherhorizon:engine.collarBps", "a whole number from 1 to 10000"],
    [
      "a core list",
      { engine: { latency: { cpus: "3-2" } } },
      "cipherhorizon:engine.latency.cpus",
      "a kernel CPU list in rising order, such as 2-3 or 2,4-5",
    ],
    [
      "a registry with a scheme",
      { kubernetes: { registry: "https://registry.example.com" } },
      "cipherhorizon:kubernetes.registry",
      "a registry, with a path where it has one, such as registry.example.com/trading",
    ],
    [
      "a namespace",
      { kubernetes: { namespace: "Trading" } },
      "cipherhorizon:kubernetes.namespace",
      "a DNS label, such as trading",
    ],
    [
      "a network",
      { kubernetes: { outside: ["10.0.0.0"] } },
      "cipherhorizon:kubernetes.outside.0",
      "a network such as 10.1.0.0/16 or fd00::/8",
    ],
    [
      "how many entrances",
      { kubernetes: { replicas: { gateway: 0 } } },
      "cipherhorizon:kubernetes.replicas.gateway",
      "a whole number from 1 to 20",
    ],
    ["two brokers", { kafka: { brokers: 2 } }, "cipherhorizon:kafka.brokers", "1 or 3"],
    [
      "a section that is none",
      { risk: 5 },
      "cipherhorizon:risk",
      "settings by name: maxOrderNotional, maxPositionNotional, maxOpenOrders, collarBps",
    ],
  ])("%s, with what is allowed", (_, values, where, allowed) => {
    const [problem, ...others] = problems(values);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ where, allowed });
    expect(problem?.remedy).toContain("pulumi config set");
  });

  const inside = { kind: "ingress", host: "trading.example.com", from: { namespace: "ingress-nginx" } };
  const route = { ...inside, kind: "gateway", parentRefs: [{ name: "public", namespace: "gateways" }] };
  test.each<[string, Record<string, unknown>, string, string]>([
    ["an address for an Ingress", { ...inside, host: "192.0.2.1" }, "host", "a DNS name in small letters"],
    ["no host for an Ingress", { ...inside, host: undefined }, "host", "a DNS name in small letters"],
    ["capitals for a Gateway", { ...route, host: "Trading.example.com" }, "host", "a DNS name in small letters"],
    ["a name without a domain", { ...inside, host: "trading" }, "host", "a DNS name in small letters"],
    ["an Ingress for anybody", { ...inside, from: undefined }, "from", "the namespace of the controller's pods"],
    ["Kafka behind an Ingress", { ...inside, ports: { kafka: 9094 } }, "ports.kafka", "off with kind ingress"],
    ["Kafka behind a Gateway", { ...route, ports: { kafka: 9094 } }, "ports.kafka", "off with kind gateway"],
    ["an Ingress to nothing", { ...inside, ports: { gateway: "off" } }, "ports.gateway", "a port with kind ingress"],
    ["a route from nowhere", { ...route, parentRefs: [] }, "parentRefs", "at least one Gateway"],
    ["a load balancer for nobody", { kind: "loadBalancer" }, "allowFrom", "networks that may come in"],
    ["a class of nothing", { ingressClassName: "nginx" }, "ingressClassName", "nothing with kind clusterIP"],
    ["a certificate of nothing", { ...route, tlsSecretName: "a" }, "tlsSecretName", "nothing with kind gateway"],
    [
      "a Gateway's with an Ingress",
      { ...inside, parentRefs: route.parentRefs },
      "parentRefs",
      "nothing with kind ingress",
    ],
    ["annotations of nothing", { annotations: { a: "b" } }, "annotations", "nothing with kind clusterIP"],
    [
      "a label's key",
      { ...inside, from: { namespace: "a", labels: { "a b": "c" } } },
      "from.labels.a b",
      "a key such as",
    ],
  ])("%s", (_, expose, path, allowed) => {
    const [problem, ...others] = problems({ kubernetes: { expose } });
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ where: `cipherhorizon:kubernetes.expose.${path}` });
    expect(problem?.allowed).toContain(allowed);
  });

  test("a Secret to pull with, twice or misnamed", () => {
    const names = (imagePullSecrets: string[]) => problems({ kubernetes: { imagePullSecrets } });
    expect(names(["a", "a"])).toMatchObject([{ allowed: "names of Secrets, each once" }]);
    expect(names(["A"])).toMatchObject([{ where: "cipherhorizon:kubernetes.imagePullSecrets.0" }]);
    expect(names(["a", "b"])).toEqual([]);
  });

  test("everything at once", () => {
    const found = problems({
      platform: 1,
      docker: { subnetPool: "x", hostPorts: { kafka: -1, web: 1 } },
      logLevel: "loud",
    });
    expect(found.map(({ where }) => where).sort()).toEqual([
      "cipherhorizon:docker.hostPorts.kafka",
      "cipherhorizon:docker.hostPorts.web",
      "cipherhorizon:docker.subnetPool",
      "cipherhorizon:logLevel",
      "cipherhorizon:platform",
    ]);
  });

  test("without repeating a secret, even one in the wrong place", () => {
    for (const values of [{ alertmanager: { webhook: "canary" } }, { alertmanager: "canary" }]) {
      expect(JSON.stringify(problems(values))).not.toContain("canary");
      expect(problems(values)).toMatchObject([{ given: "(secret)" }]);
    }
  });

  test("whatever is given: a whole configuration or four parts, never a crash", () => {
    const sectionNames = fc.constantFrom(
      "platform",
      "docker",
      "marketData",
      "engine",
      "risk",
      "resources",
      "alertmanager",
      "kafka",
      "postgres",
      "redis",
      "retention",
      "x",
    );
    fc.assert(
      fc.property(fc.dictionary(sectionNames, fc.jsonValue()), (values) => {
        for (const { where, what, given, allowed, remedy } of problems(values)) {
          expect([where, what, given, allowed, remedy].every((text) => text.length > 0)).toBe(true);
        }
      }),
      // Once a crash: an object that can't be made into text.
      { examples: [[{ platform: [{ toString: false }] }]] },
    );
  });
});

describe("the JSON schema", () => {
  const fresh = JSON.parse(configSchema());

  test("is the one in the repository; node infra/config-schema.ts writes it", () => {
    expect(JSON.parse(readFileSync(schemaPath, "utf8"))).toEqual(fresh);
  });

  test("knows every section and every workload", () => {
    const { properties } = fresh.properties.config;
    expect(Object.keys(properties)).toContain("cipherhorizon:docker");
    expect(Object.keys(properties["cipherhorizon:resources"].properties)).toEqual([...workloadNames]);
  });

  test("lets a secret stand encrypted", () => {
    const { webhook } = fresh.properties.config.properties["cipherhorizon:alertmanager"].properties;
    expect(webhook.anyOf).toContainEqual(expect.objectContaining({ required: ["secure"] }));
  });
});
