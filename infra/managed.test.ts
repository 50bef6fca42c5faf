import { describe, expect, test } from "vitest";
import { parseConfig } from "./config.ts";
import { checkApart } from "./config-data.ts";
import { UserError } from "./errors.ts";
import { addressOf, foreign, type ManagedKind, managedExamples, managedKinds } from "./managed.ts";
import { kubernetesOptions } from "./platform-for.ts";

const secretName = "admin";
const kubernetes = { platform: "kubernetes" };

function refusals(values: Record<string, unknown>): string[] {
  try {
    parseConfig({ ...kubernetes, ...values });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    for (const { given, allowed, remedy } of error.problems) {
      expect([given, allowed, remedy].every((text) => text.length > 0)).toBe(true);
    }
    return error.problems.map(({ where, what, given }) => `${where}: ${what} (${given})`);
  }
  return [];
}

const at = (url: string, more: Record<string, unknown> = {}) => ({ managed: { url, secretName, ...more } });

describe("accepted", () => {
  test.each(managedKinds)("%s as its example has it", (kind) => {
    expect(refusals({ [kind]: at(managedExamples[kind]) })).toEqual([]);
  });

  test.each<[string, Parameters<typeof at>, object, string?]>([
    ["a service by its short name", ["postgresql://pg-rw.databases:5432"], { namespace: "databases", labels: {} }],
    [
      "a service by its full name, narrowed to its pods",
      ["postgres://pg-rw.db.svc.cluster.local:5432/postgres?sslmode=disable", { pods: { "cnpg.io/cluster": "pg" } }],
      { namespace: "db", labels: { "cnpg.io/cluster": "pg" } },
    ],
    ["one pod of a service", ["postgresql://pg-1.pg.db.svc:5432"], { namespace: "db", labels: {} }],
    ["an address", ["postgresql://10.1.2.3:5433"], { networks: ["10.1.2.3/32"] }],
    [
      "a host outside, with its networks",
      ["postgresql://admin@pg.example.com:5432", { networks: ["10.1.2.0/24"] }],
      { networks: ["10.1.2.0/24"] },
      "admin",
    ],
  ])("%s", (_, given, place, user) => {
    const config = parseConfig({ ...kubernetes, postgres: at(...given) });
    const made = config.postgres.managed && foreign("postgres", config.postgres.managed);
    expect(made).toMatchObject({ name: "postgres", place });
    expect(made?.address.user).toBe(user);
  });

  test.each<[ManagedKind, string]>([
    ["kafka", "kafka+ssl://a.kafka:9093,b.kafka:9093"],
    ["postgres", "postgresql://pg-rw.databases:5432?sslmode=verify-full"],
    ["redis", "rediss://default@redis.databases:6380"],
  ])("TLS to %s, with the authority", (kind, url) => {
    expect(refusals({ [kind]: at(url, { caSecretName: "ca" }) })).toEqual([]);
  });

  test("several brokers", () => {
    const url = "kafka://a.kafka.svc:9092,b.kafka.svc:9092";
    expect(refusals({ kafka: at(url) })).toEqual([]);
    expect(addressOf(url)).toMatchObject({ hosts: ["a.kafka.svc", "b.kafka.svc"], port: 9092 });
  });
});

describe("refused, with the path", () => {
  const postgres = "cipherhorizon:postgres.managed";
  const whose = "the URL asks for TLS, and nothing says whose certificate is the right one";
  test.each<[string, Record<string, unknown>, string[]]>([
    [
      "on docker",
      { platform: "docker", redis: at(managedExamples.redis) },
      [
        "cipherhorizon:redis.managed: docker runs its own data servers: it keeps no secrets of others, and its networks lead nowhere else (platform docker, and redis managed)",
      ],
    ],
    [
      "another kind's URL",
      { postgres: at("kafka://a.b:1") },
      [`${postgres}.url: not the URL of such a server ((not shown))`],
    ],
    ["no port", { postgres: at("postgresql://a.b") }, [`${postgres}.url: not the URL of such a server ((not shown))`]],
    [
      "a port too high",
      { postgres: at("postgresql://a.b:70000") },
      [`${postgres}.url: not the URL of such a server ((not shown))`],
    ],
    [
      "a password",
      { postgres: at("postgresql://u:canary@a.b:1") },
      [`${postgres}.url: a password in the clear ((hidden))`],
    ],
    [
      "a database",
      { postgres: at("postgresql://a.b:1/risk") },
      [`${postgres}.url: the stack makes its own databases (/risk)`],
    ],
    [
      "several databases",
      { postgres: at("postgresql://a.b:1,c.b:1") },
      [`${postgres}.url: more than one server (a.b, c.b)`],
    ],
    [
      "encryption without verification",
      { postgres: at("postgresql://a.b:1?sslmode=require") },
      [`${postgres}.url: this would encrypt without knowing with whom (sslmode=require)`],
    ],
    [
      "TLS by sslmode without an authority",
      { postgres: at("postgresql://a.b:1?sslmode=verify-full") },
      [`${postgres}.caSecretName: ${whose} (nothing)`],
    ],
    [
      "a numbered database",
      { redis: at("redis://a.b:1/3") },
      ["cipherhorizon:redis.managed.url: something stands behind the port (/3)"],
    ],
    [
      "TLS by scheme without an authority",
      { redis: at("rediss://a.b:1"), kafka: at("kafka+ssl://a.b:1") },
      ["kafka", "redis"].map((kind) => `cipherhorizon:${kind}.managed.caSecretName: ${whose} (nothing)`),
    ],
    [
      "an authority of a server that is talked to in the clear",
      {
        redis: at("redis://a.b:1", { caSecretName: "ca" }),
        postgres: at("postgresql://a.b:1", { caSecretName: "ca" }),
      },
      ["postgres", "redis"].map(
        (kind) => `cipherhorizon:${kind}.managed.caSecretName: an authority, and a URL that doesn't ask for TLS (ca)`,
      ),
    ],
    [
      "PostgreSQL's parameter for another",
      { redis: at("redis://a.b:1?sslmode=verify-full") },
      ["cipherhorizon:redis.managed.url: no such parameter (sslmode)"],
    ],
    [
      "another word for TLS",
      { kafka: at("kafkas://a.b:1") },
      ["cipherhorizon:kafka.managed.url: not the URL of such a server ((not shown))"],
    ],
    [
      "another parameter",
      { redis: at("redis://a.b:1?db=2") },
      ["cipherhorizon:redis.managed.url: no such parameter (db)"],
    ],
    [
      "a host that no policy can name",
      { postgres: at("postgresql://pg.example.com:5432") },
      [
        `${postgres}.networks: a network policy can't name a host, and this one isn't a Service's name with its namespace (pg.example.com)`,
      ],
    ],
    [
      "a service without its namespace",
      { postgres: at("postgresql://pg-rw:5432") },
      [
        `${postgres}.networks: a network policy can't name a host, and this one isn't a Service's name with its namespace (pg-rw)`,
      ],
    ],
    [
      "pods outside the cluster",
      { postgres: at("postgresql://10.0.0.1:5432", { pods: { a: "b" } }) },
      [`${postgres}.pods: labels are of pods in the cluster (pods, and an address)`],
    ],
    [
      "sizes, brokers and a door of what isn't there",
      {
        kafka: { brokers: 3, ...at(managedExamples.kafka) },
        resources: { kafka: { cpu: 1 } },
        kubernetes: { expose: { ports: { kafka: 9094 } } },
      },
      [
        'cipherhorizon:resources.kafka: it changes nothing: kafka is managed by somebody else ({"cpu":1})',
        "cipherhorizon:kafka.brokers: it changes nothing: kafka is managed by somebody else (3)",
        "cipherhorizon:kubernetes.expose.ports.kafka: it changes nothing: kafka is managed by somebody else (9094)",
      ],
    ],
    [
      "decisions kept for ever",
      { retention: { decisions: "99999d" } },
      ["cipherhorizon:retention.decisions: longer than risk management counts (99999d)"],
    ],
  ])("%s", (_, values, expected) => {
    const found = refusals(values);
    expect(found).toEqual(expected);
    expect(found.join()).not.toContain("canary");
  });

  test("a server in the stack's own namespace", () => {
    const config = parseConfig({ ...kubernetes, redis: at("redis://default@redis.cipherhorizon-prod:6379") });
    expect(checkApart(config, "elsewhere")).toEqual([]);
    expect(() => kubernetesOptions(config as never, "prod")).toThrow(/in the stack's own namespace nothing reaches/);
  });
});

test("every host and port that is written comes back", () => {
  expect(addressOf("redis://default@r.caches:6380/")).toEqual({
    scheme: "redis",
    user: "default",
    password: false,
    hosts: ["r.caches"],
    port: 6380,
    path: "/",
    params: {},
  });
  for (const text of [
    "",
    "redis",
    "redis://",
    "redis://a:1,b:2",
    "redis://:1",
    "redis://a b:1",
    "redis://-:1/",
    "redis://%zz@a:1",
  ]) {
    expect(addressOf(text), text).toBeUndefined();
  }
});
