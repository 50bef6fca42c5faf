import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "../infra/config.ts";
import { withSecrets } from "../infra/config-read.ts";
import { readLock } from "../infra/images.ts";
import { toYaml } from "../infra/kubernetes/yaml.ts";
import { thirdParty } from "../infra/supply.ts";
import { render } from "./render.ts";

// biome-ignore lint/suspicious/noExplicitAny: a test looks at any depth.
type Manifest = any;

const site = { base: { reference: "base", content: "base" }, secrets: {} };
const supply = { site, thirdParty: (name: string) => thirdParty(name, "internet", readLock()) };

/** The stack's own file, as it stands in the repository. */
function prod() {
  const { config } = parse(readFileSync(new URL("../Pulumi.prod.yaml", import.meta.url), "utf8"));
  const own = Object.entries(config).map(([key, value]) => [key.replace("cipherhorizon:", ""), value]);
  return parseConfig(Object.fromEntries(own));
}

async function rendered(config = prod()): Promise<Manifest[]> {
  return [...(await render(withSecrets(config), "prod", supply)).values()].flat();
}

/** What changes with every line of a service, a rule or a dashboard is another test's matter. */
function elided(manifest: Manifest): Manifest {
  const plain = JSON.parse(
    JSON.stringify(manifest)
      .replaceAll(/(registry\.invalid\/[a-z/-]+):[0-9a-f]{12}/g, "$1:CONTENT")
      .replaceAll(/("cipherhorizon\.(?:image|files)":)"[0-9a-f]{32,}"/g, '$1"CONTENT"'),
  );
  const data = plain.kind === "ConfigMap" && Object.fromEntries(Object.keys(plain.data).map((key) => [key, "CONTENT"]));
  return data ? { ...plain, data } : plain;
}

test("golden: prod, without the contents of files", async () => {
  const manifests = await rendered();
  await expect(toYaml(manifests.map(elided))).toMatchFileSnapshot("golden/prod.golden.yaml");
}, 60_000);

test("twice gives the same bytes", async () => {
  expect(toYaml(await rendered())).toBe(toYaml(await rendered()));
}, 60_000);

test("nothing secret is written: placeholders for all contents, and what is configured as secret nowhere", async () => {
  const canary = "https://canary.example.com/token";
  const config = parseConfig({ platform: "kubernetes", alertmanager: { webhook: canary } });
  const manifests = await rendered(config);
  expect(JSON.stringify(manifests)).not.toContain("canary");
  const secrets = manifests.filter(({ kind }) => kind === "Secret");
  expect(secrets.length).toBeGreaterThan(5);
  for (const { data, stringData } of secrets) {
    expect(data).toBeUndefined();
    for (const content of Object.values(stringData)) expect(content).toMatch(/^PLACEHOLDER for \/run\/secrets\//);
  }
}, 60_000);

test("nor of the certificate that an Ingress shows", async () => {
  const expose = { kind: "ingress", host: "trading.example.com", from: { namespace: "ingress-nginx" } };
  const manifests = await rendered(parseConfig({ platform: "kubernetes", kubernetes: { expose } }));
  const shown = manifests.find(({ type }) => type === "kubernetes.io/tls");
  expect(shown.data).toBeUndefined();
  expect(shown.stringData).toEqual({
    "tls.crt": "PLACEHOLDER for /run/secrets/gateway.crt",
    "tls.key": "PLACEHOLDER for /run/secrets/gateway.key",
    "ca.crt": "PLACEHOLDER for /etc/gateway/authority.crt",
  });
  const ingress = manifests.find(({ kind }) => kind === "Ingress");
  expect(ingress.spec.tls).toEqual([{ hosts: ["trading.example.com"], secretName: shown.metadata.name }]);
}, 60_000);

test("every object that a pod names is there", async () => {
  const manifests = await rendered();
  const has = (kind: string, name: string) =>
    expect(
      manifests.some((each) => each.kind === kind && each.metadata.name === name),
      `${kind} ${name}`,
    ).toBe(true);
  for (const { spec } of manifests.filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet")) {
    const pod = spec.template.spec;
    has("ServiceAccount", pod.serviceAccountName);
    if (pod.priorityClassName) has("PriorityClass", pod.priorityClassName);
    for (const { projected, persistentVolumeClaim } of pod.volumes ?? []) {
      if (persistentVolumeClaim) has("PersistentVolumeClaim", persistentVolumeClaim.claimName);
      for (const { configMap, secret } of projected?.sources ?? []) {
        const [kind, source] = configMap ? ["ConfigMap", configMap] : ["Secret", secret];
        has(kind, source.name);
        const object = manifests.find((each) => each.kind === kind && each.metadata.name === source.name);
        for (const { key } of source.items) expect(object.data ?? object.stringData).toHaveProperty([key]);
      }
    }
  }
}, 60_000);
