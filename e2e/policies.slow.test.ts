/** The real engine refuses an offending program and lets its fixed twin through. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Finished, run } from "../cli/process.ts";
import { root } from "./checkout.ts";
import { horizonOk } from "./horizon.ts";

const project = mkdtempSync(join(tmpdir(), "horizon-policies-"));
let env: NodeJS.ProcessEnv;

const hardened = {
  image: "example/service:1.2.3",
  user: "65532:65532",
  readOnly: true,
  capabilities: { drops: ["ALL"] },
  securityOpts: ["no-new-privileges:true"],
  memory: 64,
  memorySwap: 64,
  healthcheck: { tests: ["CMD", "/service", "healthcheck"] },
  logDriver: "json-file",
  logOpts: { "max-size": "10m", "max-file": "3" },
  stopTimeout: 10,
  destroyGraceSeconds: 10,
  networkMode: "bridge",
};

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

function preview(container: object): Promise<Finished> {
  const program = `import { Container } from "@pulumi/docker";\nnew Container("subject", ${JSON.stringify(container)});\n`;
  writeFileSync(join(project, "index.ts"), program);
  const args = ["preview", "--stack", "s", "--non-interactive", "--policy-pack", join(root, "policies")];
  return run("pulumi", args, { cwd: project, env, timeout: 120_000 });
}

describe("pulumi preview with the policy pack", () => {
  it.each([
    ["non-root-user", { user: "0" }],
    ["read-only-root", { readOnly: false }],
    ["pinned-image", { image: "example/service:latest" }],
    ["loopback-ports", { ports: [{ internal: 80, external: 80 }] }],
    ["no-secret-in-environment", { envs: ["DATABASE_PASSWORD=hunter2"] }],
  ])("refuses what %s forbids", async (rule, change) => {
    const refused = await preview({ ...hardened, ...change });
    expect(refused.code).not.toBe(0);
    expect(refused.stdout + refused.stderr).toContain(rule);
  });

  it("lets the fixed twin through", async () => {
    const passed = await preview(hardened);
    expect(passed.code, passed.stdout + passed.stderr).toBe(0);
  });
});
