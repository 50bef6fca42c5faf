/** The ways into a cluster, through the whole program: what people are told, and what certificates are good for. */
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../infra/config.ts";
import { withSecrets } from "../infra/config-read.ts";
import { readLock } from "../infra/images.ts";
import { KubernetesPlatform } from "../infra/kubernetes/platform.ts";
import { Writer } from "../infra/kubernetes/write.ts";
import { kubernetesOptions } from "../infra/platform-for.ts";
import { thirdParty } from "../infra/supply.ts";
import { assembled } from "./assembly.ts";
import { entranceUrl, serverNames } from "./entrance.ts";
import { known, mocks } from "./testing.ts";

beforeAll(async () => {
  await pulumi.runtime.setMocks(mocks, "cipherhorizon", "prod", false);
});

const host = "trading.example.com";
const from = { namespace: "ingress-nginx" };
const ways = {
  nothing: {},
  forwardedElsewhere: { ports: { gateway: 9443, kafka: 19092 } },
  ownEntrance: { host, ports: { gateway: 443 } },
  loadBalancer: { kind: "loadBalancer", host, allowFrom: ["203.0.113.0/24"], ports: { gateway: 443, kafka: 9094 } },
  ingress: { kind: "ingress", host, from },
  ingressAtAPort: { kind: "ingress", host, from, ports: { gateway: 8443 } },
  gateway: { kind: "gateway", host, from, parentRefs: [{ name: "public", namespace: "gateways" }] },
};

const configured = (expose: object, kubernetes: object = {}) =>
  withSecrets(parseConfig({ platform: "kubernetes", kubernetes: { ...kubernetes, expose } }));

function shown(expose: object, kubernetes: object = {}) {
  const config = configured(expose, kubernetes);
  const base = { reference: "base", content: "base" };
  const options = {
    ...kubernetesOptions(config, "prod"),
    thirdParty: (name: string) => thirdParty(name, "internet", readLock()),
  };
  const on = new KubernetesPlatform(options, () => new Writer({ stack: "prod", base }));
  return assembled(config, on);
}

test.each<[keyof typeof ways, string]>([
  ["nothing", "https://localhost:8443"],
  ["forwardedElsewhere", "https://localhost:9443"],
  ["ownEntrance", "https://trading.example.com"],
  ["loadBalancer", "https://trading.example.com"],
  ["ingress", "https://trading.example.com"],
  ["ingressAtAPort", "https://trading.example.com:8443"],
  ["gateway", "https://trading.example.com"],
])("%s: the urls are those of %s", (way, base) => {
  const { urls } = shown(ways[way]);
  expect(urls.api).toBe(`${base}/api/`);
  expect(urls.webSocket).toBe(`${base.replace("https", "wss")}/ws`);
  expect(entranceUrl(configured(ways[way]))).toBe(base);
});

describe("what must run for them to lead anywhere", () => {
  test("is said where it is so: the command, among the commands and in a note", () => {
    const { commands, notes } = shown(ways.nothing);
    const forward = "kubectl --namespace cipherhorizon-prod port-forward service/gateway 8443:8443";
    expect(commands.forward).toBe(forward);
    expect(notes).toContainEqual(expect.stringMatching(new RegExp(`^urls: they lead nowhere unless .*: ${forward}$`)));
    expect(commands).not.toHaveProperty("forwardKafka");
  });

  test("is for the cluster, the namespace and the ports that are configured, and for Kafka too", () => {
    const { commands } = shown(ways.forwardedElsewhere, {
      namespace: "trading",
      context: "north",
      kubeconfig: "/etc/a b",
    });
    const kubectl = "kubectl --kubeconfig '/etc/a b' --context north --namespace trading port-forward";
    expect(commands.forward).toBe(`${kubectl} service/gateway 9443:8443`);
    expect(commands.forwardKafka).toBe(`${kubectl} service/kafka 19092:9094`);
  });

  test.each(["ownEntrance", "loadBalancer", "ingress", "gateway"] as const)("%s: nothing", (way) => {
    const { commands, notes } = shown(ways[way]);
    expect(commands).not.toHaveProperty("forward");
    expect(notes.filter((note) => note.startsWith("urls:"))).toEqual([]);
  });
});

test("certificates are good for the name that people use, and for the workload's own", () => {
  for (const way of ["loadBalancer", "ingress", "gateway"] as const)
    expect(serverNames(configured(ways[way])).gateway.dns).toEqual(["gateway", "localhost", host]);
  expect(serverNames(configured(ways.nothing)).gateway.dns).toEqual(["gateway", "localhost"]);
});

test("pages and alerts link to the entrance as people reach it", async () => {
  const writer = new Writer({ stack: "prod", base: { reference: "base", content: "base" } });
  const config = configured(ways.ingress);
  const options = {
    ...kubernetesOptions(config, "prod"),
    thirdParty: (name: string) => thirdParty(name, "internet", readLock()),
  };
  assembled(config, new KubernetesPlatform(options, () => writer));
  const text = JSON.stringify([...(await writer.written()).values()]);
  expect(text).toContain("https://trading.example.com/prometheus");
  expect(text).not.toMatch(/trading\.example\.com:8?443|localhost:8443\/(prometheus|alertmanager|grafana)/);
  const { urls } = shown(ways.ingress);
  expect(await known(urls.dashboards)).toContain("https://trading.example.com/");
});
