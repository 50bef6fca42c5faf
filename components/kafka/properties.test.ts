import { describe, expect, test } from "vitest";
import { clientProperties, formatArguments, provisionerProperties, selfProperties } from "./bootstrap.ts";
import { clusterId } from "./kafka.ts";
import { heapMegabytes, serverProperties } from "./properties.ts";

const bootstrap = { brokerPassword: "BROKER", external: "127.0.0.1:19092" };

const parsed = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .trim()
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );

test("server.properties", async () => {
  await expect(serverProperties(bootstrap)).toMatchFileSnapshot("golden/server.properties");
});

describe("three brokers", () => {
  const members = ["kafka-0", "kafka-1", "kafka-2"];
  const of = (self: string) => parsed(serverProperties({ brokerPassword: "BROKER" }, { self, members }));

  test("server.properties", async () => {
    const text = serverProperties({ brokerPassword: "BROKER" }, { self: "kafka-1", members });
    await expect(text).toMatchFileSnapshot("golden/three.properties");
  });

  test("have one quorum, and each an identity and an address of its own", () => {
    expect(new Set(members.map((self) => of(self)["controller.quorum.voters"]))).toEqual(
      new Set(["1@kafka-0:9093,2@kafka-1:9093,3@kafka-2:9093"]),
    );
    expect(members.map((self) => of(self)["node.id"])).toEqual(["1", "2", "3"]);
    for (const self of members) {
      expect(of(self)["advertised.listeners"]).toBe(`INTERNAL://${self}:9092,SELF://${self}:9095`);
      expect(JSON.stringify(of(self))).not.toContain("localhost");
    }
  });

  test("keep everything three times, and take nothing for written that only one has", () => {
    expect(of("kafka-0")).toMatchObject({
      "default.replication.factor": "3",
      "min.insync.replicas": "2",
      "transaction.state.log.min.isr": "2",
      "unclean.leader.election.enable": "false",
    });
  });
});

test("without a door there is no listener for the world outside", () => {
  const { listeners, ...rest } = parsed(serverProperties({ brokerPassword: "BROKER" }));
  expect(listeners).not.toContain("EXTERNAL");
  expect(JSON.stringify(rest)).not.toMatch(/external/i);
});

test("whatever isn't loopback asks for SCRAM, and nothing is open to everybody", () => {
  const properties = parsed(serverProperties(bootstrap));
  const listeners = (properties.listeners ?? "")
    .split(",")
    .map((listener) => listener.split("://") as [string, string]);
  const open = listeners.filter(([, address]) => !address.startsWith("localhost:")).map(([name]) => name);
  expect(open).toEqual(["INTERNAL", "EXTERNAL"]);
  for (const name of open) {
    expect(properties).toHaveProperty([`listener.name.${name.toLowerCase()}.scram-sha-512.sasl.jaas.config`]);
    expect(Object.keys(properties)).not.toContain(`listener.name.${name.toLowerCase()}.plain.sasl.jaas.config`);
  }
  expect(properties["listener.security.protocol.map"]).not.toContain("PLAINTEXT,PLAINTEXT");
  expect(properties["listener.security.protocol.map"]?.split(",").every((one) => one.endsWith(":SASL_PLAINTEXT"))).toBe(
    true,
  );
  expect(properties["allow.everyone.if.no.acl.found"]).toBe("false");
});

test("the bootstrap files", () => {
  expect(formatArguments("ID", "SECRET", "/run/secrets/server.properties")).toMatchInlineSnapshot(`
    "kafka.tools.StorageTool format
    --cluster-id ID
    --config /run/secrets/server.properties
    --add-scram SCRAM-SHA-512=[name=provisioner,password=SECRET]
    "
  `);
  expect(provisionerProperties("SECRET")).toBe("SCRAM-SHA-512=password=SECRET\n");
  expect(parsed(selfProperties("SECRET"))["sasl.mechanism"]).toBe("PLAIN");
  expect(parsed(clientProperties("auditor", "SECRET"))["sasl.mechanism"]).toBe("SCRAM-SHA-512");
});

test("less than half of the limit is heap", () => {
  expect(heapMegabytes("768Mi")).toBe(322);
  expect(heapMegabytes("2Gi")).toBe(860);
});

test("a cluster id never looks like an option", () => {
  expect(clusterId("-bc")).toBe("Abc");
  expect(clusterId("a-c")).toBe("a-c");
});
