/** The examples of docs/ways-in.md are configurations that are accepted, and mean what the text says. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "./config.ts";
import { workloads } from "./fixtures/workloads.ts";
import { context } from "./kubernetes/fixture.ts";
import { manifests, toObjects } from "./kubernetes/objects.ts";
import { kubernetesOptions } from "./platform-for.ts";
import type { Workload } from "./workload.ts";

// biome-ignore lint/suspicious/noExplicitAny: a test looks at any depth.
type Any = any;

const text = readFileSync(new URL("../docs/ways-in.md", import.meta.url), "utf8");
const blocks: Any[] = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = ""]) => parse(block));
const sections = blocks.flatMap((block) => block["cipherhorizon:kubernetes"] ?? []);
const parsed = (kubernetes: Any) => parseConfig({ platform: "kubernetes", kubernetes });
const title = (section: Any): string => section.expose?.ingressClassName ?? section.expose?.kind ?? "images";

test("there is one for each way in, and three for Ingress controllers", () => {
  expect(sections.map(title).sort()).toEqual(["gateway", "haproxy", "images", "loadBalancer", "nginx", "traefik"]);
});

test.each(sections.map((section) => [title(section), section] as const))("%s", (_, section) => {
  const { expose } = parsed(section).kubernetes;
  const { exposing } = kubernetesOptions({ ...parsed(section), alertmanager: {} }, "prod");
  const secured = workloads.secured as Workload;
  const objects = manifests(toObjects(secured, { ...context, exposing })) as Any[];
  const made = objects.filter(({ metadata }) => metadata.name === "secured-outside").map(({ kind }) => kind);
  const expected = { clusterIP: [], loadBalancer: ["Service"], ingress: ["Secret", "Ingress"], gateway: ["TLSRoute"] };
  expect(made).toEqual(expected[expose.kind]);
});

test("what the examples name of the stack is there under that name", () => {
  const namespace = "cipherhorizon-prod";
  const transport = blocks.find(({ kind }) => kind === "ServersTransport");
  expect(transport).toMatchObject({ metadata: { namespace }, spec: { serverName: "gateway" } });
  const of = (name: string) => sections.find((section) => title(section) === name).expose.annotations as Any;
  expect(of("traefik")["traefik.ingress.kubernetes.io/service.serverstransport"]).toBe(
    `${transport.metadata.namespace}-${transport.metadata.name}@kubernetescrd`,
  );
  expect(of("nginx")["nginx.ingress.kubernetes.io/proxy-ssl-secret"]).toBe(`${namespace}/gateway-outside`);
  for (const value of Object.values(of("nginx"))) expect(typeof value).toBe("string");
});
