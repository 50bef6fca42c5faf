/** All three data servers managed by somebody else, as the manifests, the outputs and the workloads show it. */
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../infra/config.ts";
import { withSecrets } from "../infra/config-read.ts";
import { readLock } from "../infra/images.ts";
import { thirdParty } from "../infra/supply.ts";
import { render } from "./render.ts";
import { assemble, known, mocks } from "./testing.ts";

const values = {
  platform: "kubernetes",
  kafka: {
    managed: {
      url: "kafka://strimzi-admin@main-kafka-bootstrap.databases:9092",
      secretName: "strimzi-admin",
      pods: { "strimzi.io/cluster": "main" },
    },
  },
  postgres: { managed: { url: "postgresql://pg-rw.databases:5432", secretName: "pg-superuser" } },
  redis: {
    managed: { url: "redis://cache.example.com:6380", secretName: "redis-admin", networks: ["10.1.2.0/24"] },
  },
};

const site = { base: { reference: "base", content: "base" }, secrets: {} };
const supply = { site, thirdParty: (name: string) => thirdParty(name, "internet", readLock()) };

// biome-ignore lint/suspicious/noExplicitAny: a test looks at any depth.
let manifests: any[];
let plan: ReturnType<typeof assemble>;

beforeAll(async () => {
  manifests = [...(await render(withSecrets(parseConfig(values)), "prod", supply)).values()].flat();
  await pulumi.runtime.setMocks(mocks, "cipherhorizon", "prod", false);
  await pulumi.runtime.runInPulumiStack(async () => {
    plan = assemble(values);
  });
  await pulumi.runtime.disconnect();
}, 60_000);

const of = (kind: string) => manifests.filter((each) => each.kind === kind);
const pod = (name: string) => of("Deployment").find(({ metadata }) => metadata.name === name)?.spec.template.spec;
const env = (name: string) =>
  Object.fromEntries(
    pod(name).containers[0].env.map((each: { name: string; value: string }) => [each.name, each.value]),
  );

test("the stack makes no data server, no claim for one, and no administrator's password", () => {
  const names = manifests.map(({ metadata }) => metadata.name);
  for (const name of names) expect(name).not.toMatch(/^(kafka|postgres|redis)([.-][0-9a-z-]+)?$(?<!-exporter)/);
  for (const { stringData } of of("Secret")) expect(Object.keys(stringData).join()).not.toMatch(/provisioner|broker/);
});

test("golden: every way out of the namespace", async () => {
  const lines = of("NetworkPolicy").flatMap(({ metadata, spec }) =>
    (spec.egress ?? []).flatMap(({ to, ports }: { to: Record<string, object>[]; ports: { port: number }[] }) =>
      to
        .filter((peer) => peer.namespaceSelector || peer.ipBlock)
        .filter((peer) => !JSON.stringify(peer).includes("kube-dns"))
        .map((peer) => `${metadata.name} -> ${JSON.stringify(peer)} ${ports.map(({ port }) => port).join()}`),
    ),
  );
  await expect(`${lines.sort().join("\n")}\n`).toMatchFileSnapshot("golden/managed.golden.txt");
});

describe("the provisioner", () => {
  test("mounts the Secrets by name; services hold generated passwords and know nothing of them", () => {
    const sources = pod("provisioner").volumes.flatMap(({ projected }: { projected?: { sources: object[] } }) =>
      (projected?.sources ?? []).map((source) => (source as { secret?: { name: string; items: object[] } }).secret),
    );
    const foreign = sources.filter((secret: { name: string } | undefined) => secret && secret.name !== "provisioner");
    expect(foreign).toEqual([
      {
        name: "pg-superuser",
        items: [
          { key: "password", path: "postgres-password" },
          { key: "username", path: "postgres-user" },
        ],
      },
      {
        name: "redis-admin",
        items: [
          { key: "password", path: "redis-password" },
          { key: "username", path: "redis-user" },
        ],
      },
      { name: "strimzi-admin", items: [{ key: "password", path: "kafka-password" }] },
    ]);
    const others = of("Deployment").filter(({ metadata }) => metadata.name !== "provisioner");
    expect(JSON.stringify(others)).not.toMatch(/strimzi-admin|pg-superuser|redis-admin/);
  });

  test("is told where the servers are and as whom to enter", () => {
    expect(env("provisioner")).toMatchObject({
      KAFKA_BROKERS: "main-kafka-bootstrap.databases:9092",
      KAFKA_USER: "strimzi-admin",
      KAFKA_PASSWORD_FILE: "/run/secrets/kafka-password",
      POSTGRES_HOST: "pg-rw.databases",
      POSTGRES_DB: "postgres",
      POSTGRES_USER_FILE: "/run/secrets/postgres-user",
      REDIS_ADDR: "cache.example.com:6380",
      REDIS_USER_FILE: "/run/secrets/redis-user",
    });
  });

  test("makes the users of Redis too, and leaves what else is on the server alone", async () => {
    const files = plan.workloads.get("provisioner")?.files ?? {};
    const spec = JSON.parse(await known(files["/etc/provisioner/spec.json"] ?? ""));
    expect(spec.redis.users.map(({ name }: { name: string }) => name)).toEqual([
      "market-data",
      "auditor",
      "redis-exporter",
    ]);
    expect(spec.postgres).not.toHaveProperty("closed");
  });
});

test("services log in as themselves, at the same servers", () => {
  expect(env("engine")).toMatchObject({ KAFKA_BROKERS: "main-kafka-bootstrap.databases:9092", KAFKA_USER: "engine" });
  expect(env("market-data")).toMatchObject({ REDIS_ADDR: "cache.example.com:6380", REDIS_USER: "market-data" });
  expect(env("risk-management")).toMatchObject({ POSTGRES_HOST: "pg-rw.databases", POSTGRES_USER: "risk_management" });
  expect(env("postgres-exporter").DATA_SOURCE_URI).toBe("pg-rw.databases:5432/postgres?sslmode=disable");
});

test("whoever logs in to Redis waits for who makes its user", () => {
  for (const name of ["market-data", "redis-exporter"]) {
    expect(plan.workloads.get(name)?.needs?.map((needed) => needed.name)).toContain("provisioner");
  }
});

describe("the outputs", () => {
  test("say who runs what, and offer no command that needs a pod that isn't there", () => {
    const { commands, notes, handles, images } = plan.outputs;
    expect(Object.keys(commands).sort()).toEqual(["lag", "logs"]);
    expect(commands.lag).toContain("exec provisioner -- /provisioner lag");
    expect(notes.map((note) => note.split(":")[0])).toEqual(["kafka", "redis", "postgres"]);
    expect(Object.keys(handles)).toEqual(Object.keys(images));
    for (const name of ["kafka", "redis", "postgres"]) expect(handles).not.toHaveProperty(name);
  });

  test("have the edges to the servers, and a picture with them", () => {
    expect(plan.outputs.needs.engine).toContain("kafka");
    expect(plan.outputs.graph).toMatch(
      /subgraph managed\n\s+kafka\["kafka"\]\n\s+redis\["redis"\]\n\s+postgres\["postgres"\]/,
    );
    for (const needed of Object.values(plan.outputs.needs).flat())
      expect(plan.outputs.graph).toContain(`["${needed}"]`);
  });

  test("log in at the managed servers", async () => {
    const logins = (await known(plan.outputs.logins as never)) as {
      redis: string;
      postgres: { risk: string };
      kafka: { internal: string; external: string };
    };
    expect(logins.kafka).toMatchObject({ internal: "main-kafka-bootstrap.databases:9092", external: "off" });
    expect(logins.postgres.risk).toMatch(/^postgresql:\/\/auditor:CANARY[a-z]+@pg-rw\.databases:5432\/risk$/);
    expect(logins.redis).toMatch(/^redis:\/\/auditor:CANARY[a-z]+@cache\.example\.com:6380$/);
  });
});

describe("with TLS", () => {
  const secure = {
    ...values,
    kafka: { managed: { ...values.kafka.managed, url: "kafka+ssl://k.databases:9093", caSecretName: "kafka-ca" } },
    postgres: {
      managed: {
        url: "postgresql://pg-rw.databases:5432?sslmode=verify-full",
        secretName: "pg",
        caSecretName: "pg-ca",
      },
    },
    redis: { managed: { ...values.redis.managed, url: "rediss://cache.example.com:6380", caSecretName: "redis-ca" } },
  };
  let secured: ReturnType<typeof assemble>;
  beforeAll(async () => {
    await pulumi.runtime.setMocks(mocks, "cipherhorizon", "prod", false);
    await pulumi.runtime.runInPulumiStack(async () => {
      secured = assemble(secure);
    });
    await pulumi.runtime.disconnect();
  }, 60_000);
  const clients = (server: string) =>
    [...secured.workloads.values()].filter(({ needs = [] }) => needs.some(({ name }) => name === server));

  test.each([
    ["kafka", ["engine", "market-data", "provisioner", "risk-management", "trading-signal"]],
    ["postgres", ["postgres-exporter", "provisioner", "risk-management", "trading-signal"]],
    ["redis", ["market-data", "provisioner", "redis-exporter"]],
  ])("whoever talks to %s has its authority, and nobody else", (server, expected) => {
    const path = `/run/secrets/${server}-ca.crt`;
    const having = [...secured.workloads.values()].filter(({ secretRefs }) => secretRefs && path in secretRefs);
    expect(having.map(({ name }) => name).sort()).toEqual(expected);
    const talking = clients(server).filter(({ name }) => name !== "prometheus");
    expect(talking.map(({ name }) => name).sort()).toEqual(expected);
    for (const { env, secretRefs } of having) {
      expect(secretRefs?.[path]).toEqual({ secret: server === "postgres" ? "pg-ca" : `${server}-ca`, key: "ca.crt" });
      expect(JSON.stringify(env)).toContain(path);
    }
  });

  test("services are told to encrypt and to verify", () => {
    const env = (name: string) => secured.workloads.get(name)?.env;
    for (const name of ["engine", "market-data", "provisioner"]) {
      expect(env(name)).toMatchObject({ KAFKA_SECURITY: "sasl_ssl", KAFKA_CA_FILE: "/run/secrets/kafka-ca.crt" });
    }
    expect(env("risk-management")).toMatchObject({ POSTGRES_CA_FILE: "/run/secrets/postgres-ca.crt" });
    expect(env("market-data")).toMatchObject({ REDIS_CA_FILE: "/run/secrets/redis-ca.crt" });
    expect(env("postgres-exporter")?.DATA_SOURCE_URI).toMatch(
      /\?sslmode=verify-full&sslrootcert=\/run\/secrets\/postgres-ca\.crt$/,
    );
    expect(env("redis-exporter")).toMatchObject({
      REDIS_ADDR: "rediss://cache.example.com:6380",
      REDIS_EXPORTER_TLS_CA_CERT_FILE: "/run/secrets/redis-ca.crt",
    });
  });

  test("and so are people", async () => {
    const logins = (await known(secured.outputs.logins as never)) as {
      redis: string;
      postgres: { risk: string };
      kafka: { security: string };
    };
    expect(logins.kafka.security).toBe("sasl_ssl");
    expect(logins.postgres.risk).toMatch(/\/risk\?sslmode=verify-full$/);
    expect(logins.redis).toMatch(/^rediss:\/\//);
  });
});

test("nothing is scraped, alerted or drawn that only a broker of the stack's own could tell", () => {
  const prometheus = JSON.stringify(plan.workloads.get("prometheus")?.files);
  expect(prometheus).not.toContain("kafka_controller_active");
  expect(prometheus).toContain("redis_up");
  expect(JSON.stringify(plan.workloads.get("grafana")?.files)).not.toContain("kafka_controller_active");
  expect(JSON.stringify(plan.workloads.get("grafana")?.files)).toContain("pg_up");
});
