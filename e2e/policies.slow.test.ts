/** The real engine refuses an offending program and lets its fixed twin through, on both platforms. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Finished, run } from "../cli/process.ts";
import { hardened } from "../policies/docker/hardened.ts";
import { hardenedContainer, hardenedPod } from "../policies/kubernetes/hardened.ts";
import { root } from "./checkout.ts";
import { horizonOk } from "./horizon.ts";

const project = mkdtempSync(join(tmpdir(), "horizon-policies-"));
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  const exports = [...(await horizonOk(["env"])).matchAll(/^export (\w+)='(.*)'$/gm)];
  const state = join(project, "state");
  mkdirSync(state);
  env = {
    ...process.env,
    ...Object.fromEntries(exports.map(([, key, value]) => [key, value])),
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
  };
  symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
  writeFileSync(
    join(project, "Pulumi.yaml"),
    "name: offending\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
  );
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "offending", type: "module", main: "index.ts" }));
  const made = await run("pulumi", ["stack", "init", "s", "--non-interactive"], { cwd: project, env, timeout: 60_000 });
  expect(made.code, made.stderr).toBe(0);
}, 900_000);

afterAll(() => rmSync(project, { recursive: true }));

function preview(program: string, settings: object = {}): Promise<Finished> {
  writeFileSync(join(project, "index.ts"), program);
  const config = join(project, "policies.json");
  writeFileSync(config, JSON.stringify(settings));
  const pack = ["--policy-pack", join(root, "policies"), "--policy-pack-config", config];
  const args = ["preview", "--stack", "s", "--non-interactive", ...pack];
  return run("pulumi", args, { cwd: project, env, timeout: 120_000 });
}

async function expectRefused(program: string, rule: string, settings: object = {}): Promise<void> {
  const refused = await preview(program, settings);
  expect(refused.code, refused.stdout + refused.stderr).not.toBe(0);
  expect(refused.stdout + refused.stderr).toContain(`[mandatory]  ${rule} `);
  expect(refused.stdout).not.toContain(putOff);
}

async function expectPassed(program: string): Promise<void> {
  const passed = await preview(program);
  expect(passed.code, passed.stdout + passed.stderr).toBe(0);
  expect(passed.stdout).not.toContain(putOff);
}

/** What the engine says of a policy that stumbled over an unknown value. */
const putOff = "can't run policy";

const docker = (container: object): string => `import { Container } from "@pulumi/docker";
new Container("subject", ${JSON.stringify(container)});
`;

describe("pulumi preview of Docker containers", () => {
  it.each([
    ["non-root-user", { user: "0" }],
    ["read-only-root", { readOnly: false }],
    ["pinned-image", { image: "example/service:latest" }],
    ["loopback-ports", { ports: [{ internal: 80, external: 80 }] }],
    ["no-secret-in-environment", { envs: ["DATABASE_PASSWORD=hunter2"] }],
  ])("refuses what %s forbids", async (rule, change) => {
    await expectRefused(docker({ ...hardened, ...change }), rule);
  });

  it("lets the fixed twin through", () => expectPassed(docker(hardened)));
});

/** Stands in the manifests for what a preview doesn't know. */
const later = "(known after the update)";

/** A component may bear any type, and policies are handed it as they are a resource; so no plugin and no cluster is asked. */
const kubernetes = (...resources: [token: string, props: object][]): string => `
import { Network } from "@pulumi/docker";
import { ComponentResource } from "@pulumi/pulumi";
class Object extends ComponentResource {
  constructor(token, name, props) {
    super("kubernetes:" + token, name, props);
    this.registerOutputs(props);
  }
}
const later = new Network("later").id;
${resources.map(([token, props]) => `new Object("${token}", "subject", ${source(props)});`).join("\n")}
`;

const source = (props: object): string => JSON.stringify(props).replaceAll(JSON.stringify(later), "later");

const metadata = { namespace: "trading" };
const deployment = (change: object): [string, object] => [
  "apps/v1:Deployment",
  { metadata, spec: { template: { spec: { ...hardenedPod, ...change } } } },
];
const closed: [string, object] = [
  "networking.k8s.io/v1:NetworkPolicy",
  { metadata, spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } },
];

describe("pulumi preview of Kubernetes objects", () => {
  it.each([
    ["no-host-access", { hostPID: true }],
    ["default-confinement", { securityContext: { ...hardenedPod.securityContext, seccompProfile: null } }],
    ["no-new-privileges", { initContainers: [{ ...hardenedContainer, name: "prepare", securityContext: {} }] }],
    ["volume-types", { volumes: [{ name: "data", nfs: { server: later, path: "/" } }] }],
    [
      "pinned-image",
      { containers: [{ ...hardenedContainer, image: "service:1.2.3", env: [{ name: "A", value: later }] }] },
    ],
  ])("refuses what %s forbids, also beside unknown values", async (rule, change) => {
    await expectRefused(kubernetes(deployment(change), closed), rule);
  });

  it("refuses a namespace that nothing closes", () => expectRefused(kubernetes(deployment({})), "default-deny"));

  it("refuses an opening that isn't declared", () =>
    expectRefused(kubernetes(["core/v1:Service", { spec: { type: "LoadBalancer" } }]), "declared-exposure"));

  it("refuses an Ingress that takes connections without TLS, or under any name", async () => {
    const rule = { host: "trading.example.com" };
    const ingress = (spec: object) => kubernetes(["networking.k8s.io/v1:Ingress", { spec }]);
    await expectRefused(ingress({ rules: [rule] }), "entrance-tls");
    await expectRefused(ingress({ rules: [{}], tls: [{ secretName: "a" }] }), "entrance-names");
    await expectPassed(ingress({ rules: [rule], tls: [{ hosts: [later], secretName: later }] }));
  });

  it("heeds the setting for older clusters", async () => {
    const sysctls = [{ name: "net.ipv4.tcp_notsent_lowat", value: "16384" }];
    const tuned = kubernetes(deployment({ securityContext: { ...hardenedPod.securityContext, sysctls } }), closed);
    await expectPassed(tuned);
    await expectRefused(tuned, "safe-sysctls", { "safe-sysctls": { kubernetesMinor: 36 } });
  });

  it("lets the fixed twin through, with an image that isn't known yet", () =>
    expectPassed(
      kubernetes(
        deployment({ containers: [{ ...hardenedContainer, image: later }] }),
        closed,
        ["core/v1:Namespace", { metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } } }],
        ["core/v1:Service", { spec: { type: "LoadBalancer", loadBalancerSourceRanges: ["198.51.100.0/24"] } }],
      ),
    ));
});
