import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { checkWorkload } from "../infra/check.ts";
import { workloadNames } from "../infra/config.ts";
import { mebibytes } from "../infra/units.ts";
import type { Workload } from "../infra/workload.ts";
import { assemble, known, mocks } from "./testing.ts";

const parents = new Map<string, string | undefined>();
const names: string[] = [];
let program: ReturnType<typeof assemble>;
let workloads: Map<string, Workload>;

beforeAll(async () => {
  await pulumi.runtime.setMocks(mocks);
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation(({ type, name, opts }) => {
      names.push(`${type} ${name}`);
      parents.set(`${type} ${name}`, opts.parent === undefined ? undefined : "set");
      return undefined;
    });
    program = assemble({});
    workloads = program.workloads;
  });
  await pulumi.runtime.disconnect();
});

const get = (name: string): Workload => {
  const found = workloads.get(name);
  if (!found) throw new Error(`no workload ${name}`);
  return found;
};

describe("the tree", () => {
  test("runs exactly the workloads that the configuration knows", () => {
    expect([...workloads.keys()].sort()).toEqual([...workloadNames].sort());
  });

  test("names are unique, and whatever isn't a component of ours has a parent", () => {
    expect(new Set(names).size).toBe(names.length);
    const roots = [...parents].filter(([, parent]) => parent === undefined).map(([key]) => key);
    for (const root of roots) expect(root).toMatch(/^(trading:components:|pulumi:pulumi:Stack)/);
  });

  test("every workload keeps the rules that hold on all platforms", () => {
    for (const workload of workloads.values()) expect(checkWorkload(workload)).toEqual([]);
  });

  test("together the limits fit in 4 GiB", () => {
    const sum = [...workloads.values()].reduce((total, { resources }) => total + mebibytes(resources.memory), 0);
    expect(sum).toBeLessThanOrEqual(4096);
  });
});

describe("edges", () => {
  const hosts = (text: string, port: number, host: string) =>
    new RegExp(`\\b${host}(\\$domain)?:${port}\\b`).test(text);

  test("whoever names another's address needs it, or is scraped back along the edge", async () => {
    for (const workload of workloads.values()) {
      const contents = [
        ...Object.values(workload.env ?? {}),
        ...Object.values(workload.files ?? {}),
        ...(workload.command ?? []),
      ];
      const text = (await Promise.all(contents.map((content) => known(content)))).join("\n");
      for (const other of workloads.values()) {
        if (other.name === workload.name) continue;
        const named = Object.values(other.ports).some((port) => hosts(text, port, other.name));
        const edge = (from: Workload, to: Workload) => (from.needs ?? []).some(({ name }) => name === to.name);
        if (named)
          expect(edge(workload, other) || edge(other, workload), `${workload.name} and ${other.name}`).toBe(true);
      }
    }
  });

  test("there is no circle", () => {
    const order = [...workloads.keys()];
    for (const { name, needs = [] } of workloads.values())
      for (const needed of needs) expect(order.indexOf(needed.name)).toBeLessThan(order.indexOf(name));
  });

  test("every metrics port is scraped", async () => {
    const text = await known(get("prometheus").files?.["/etc/prometheus/prometheus.yml"] ?? "");
    const jobs: { job_name: string; static_configs: { targets: string[] }[] }[] = parse(text).scrape_configs;
    const scraped = jobs.flatMap(({ static_configs }) => static_configs.flatMap(({ targets }) => targets));
    const wanted = [...workloads.values()].flatMap(({ name, ports, metrics }) =>
      metrics ? [`${name}:${ports[metrics.port]}`] : [],
    );
    expect(scraped.sort()).toEqual(["localhost:9090", ...wanted].sort());
  });
});

describe("logins", () => {
  const users = ["market-data", "trading-signal", "risk-management", "engine", "provisioner"];

  test.each(users)("%s enters Kafka as itself", async (name) => {
    const { env = {}, secrets = {} } = get(name);
    expect(env).toMatchObject({ KAFKA_USER: name, KAFKA_SECURITY: "sasl_plaintext" });
    expect(await known(secrets[String(env.KAFKA_PASSWORD_FILE)] ?? "")).toBe(
      `CANARYkafkapassword${name.replaceAll("-", "")}`,
    );
  });

  test("the provisioner makes every user that a service enters with", async () => {
    const spec = JSON.parse(await known(get("provisioner").files?.["/etc/provisioner/spec.json"] ?? ""));
    const held = get("provisioner").secrets ?? {};
    const declared = spec.kafka.users.map(({ name }: { name: string }) => name);
    expect(declared).toEqual(expect.arrayContaining(users.filter((name) => name !== "provisioner")));
    const roles = spec.postgres.roles.map(({ name }: { name: string }) => name);
    for (const { env = {} } of workloads.values())
      if (env.POSTGRES_USER && env.POSTGRES_PASSWORD_FILE && env.POSTGRES_DB !== "postgres")
        expect(roles).toContain(env.POSTGRES_USER);
    for (const { name, passwordFile } of [...spec.kafka.users, ...spec.postgres.roles])
      expect(held, name).toHaveProperty([passwordFile]);
  });

  test("no password is in an environment, a file or a command, and every secret is marked as one", async () => {
    for (const { name, env = {}, files = {}, command = [], secrets = {} } of workloads.values()) {
      const open = await Promise.all(
        [...Object.values(env), ...Object.values(files), ...command].map((one) => known(one)),
      );
      expect(open.join("\n"), name).not.toContain("CANARY");
      for (const [path, content] of Object.entries(secrets)) {
        const marked = path.endsWith(".crt") || (await pulumi.isSecret(pulumi.output(content)));
        expect(marked, `${name} ${path}`).toBe(true);
      }
    }
  });

  test("outputs with passwords are secret, and the others hold none", async () => {
    const { logins, ...open } = program.outputs;
    expect(await pulumi.isSecret(pulumi.output(logins))).toBe(true);
    expect(JSON.stringify(await known(pulumi.output(open)))).not.toContain("CANARY");
  });
});

test("the picture shows every workload and every edge once", async () => {
  const { graph } = program.outputs;
  await expect(graph).toMatchFileSnapshot("golden/graph.mmd");
  const arrows = graph.split("\n").filter((line) => line.includes("-->"));
  expect(new Set(arrows).size).toBe(arrows.length);
  expect(arrows).toHaveLength([...workloads.values()].reduce((sum, { needs = [] }) => sum + needs.length, 0));
});
