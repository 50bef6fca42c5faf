/** Bad input gets an error in four parts and changes nothing. Needs the engine and the toolchain, but no running stack. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { run } from "../cli/process.ts";
import { root } from "./checkout.ts";
import { docker, horizon } from "./horizon.ts";

const name = "badinput";
const file = join(root, `Pulumi.${name}.yaml`);

afterEach(() => rmSync(file, { force: true }));

const configure = (text: string): void => writeFileSync(file, `config:\n${text}`);

interface Refusal {
  code: number;
  stderr: string;
}

/** State of the user's own, so that nothing of an earlier run helps or hinders. */
const up = async (env: NodeJS.ProcessEnv = {}): Promise<Refusal> =>
  await horizon(["up"], { stack: name, env, timeout: 300_000 });

function expectFourParts({ stderr }: Refusal, ...words: string[]): void {
  for (const part of ["given:", "allowed:", "remedy:", ...words]) expect(stderr).toContain(part);
}

describe("the configuration", () => {
  it("with an unknown key", async () => {
    configure("  cipherhorizon:docker:\n    subnetPol: 10.9.0.0/16\n");
    const refused = await up();
    expect(refused.code).toBe(2);
    expectFourParts(refused, "subnetPol");
  });

  it("with a wrong unit", async () => {
    configure("  cipherhorizon:resources:\n    kafka:\n      memory: 512MB\n");
    const refused = await up();
    expect(refused.code).toBe(2);
    expectFourParts(refused, "512MB", "kafka.memory");
  });

  it("of a stack that there is not", async () => {
    const refused = await up();
    expect(refused.code).toBe(2);
    expectFourParts(refused, `Pulumi.${name}.yaml`);
  });
});

describe("the machine", () => {
  it("with a port in use", async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
    });
    configure(`  cipherhorizon:docker:\n    hostPorts:\n      gateway: ${port}\n      kafka: off\n`);
    const refused = await up();
    server.close();
    expect(refused.code).toBe(3);
    expectFourParts(refused, `${port}`, "docker.hostPorts");
  });

  it("without an engine", async () => {
    configure("  cipherhorizon:platform: docker\n");
    const refused = await up({ DOCKER_HOST: "unix:///nonexistent/docker.sock" });
    expect(refused.code).toBe(3);
    expectFourParts(refused, "nonexistent");
  });
});

/** Only root may mount; the machines that run all tests are root's. */
describe.skipIf(process.getuid?.() !== 0)("a full disk", () => {
  const dir = mkdtempSync(join(tmpdir(), "horizon-full-"));

  beforeAll(async () => {
    const mounted = await run("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", dir], { timeout: 10_000 });
    expect(mounted.code, mounted.stderr).toBe(0);
  });

  afterAll(async () => {
    await run("umount", [dir], { timeout: 10_000 });
    rmSync(dir, { recursive: true });
  });

  it("under the state is found before anything is touched", async () => {
    configure("  cipherhorizon:platform: docker\n");
    const refused = await up({ XDG_STATE_HOME: dir });
    expect(refused.code).toBe(3);
    expectFourParts(refused, "state directory", dir);
  });

  it("in the middle of the work is told in the user's terms", async () => {
    configure("  cipherhorizon:platform: docker\n");
    await run("dd", ["if=/dev/zero", `of=${join(dir, "filler")}`, "bs=1k"], { timeout: 10_000 });
    const refused = await horizon(["preview"], { stack: name, env: { XDG_STATE_HOME: dir }, timeout: 300_000 });
    expect(refused.code).toBe(1);
    expectFourParts(refused, "the disk is full");
  });
});

describe("the command line", () => {
  it.each([[["frobnicate"]], [["test", "everything"]], [["preview", "--format", "pdf"]]])(
    "%j is refused with 2",
    async (args) => {
      const { code, stderr } = await horizon(args);
      expect(code).toBe(2);
      expect(stderr).toContain("error:");
    },
  );

  it("names the workloads there are when one is asked for that is not", async () => {
    const refused = await horizon(["logs", "nobody"], { stack: name });
    expect(refused.code).toBe(2);
    expectFourParts(refused, "nobody");
  });
});

describe("afterwards", () => {
  it("the engine has nothing of that stack", async () => {
    const args = (kind: string): string[] => [kind, "ls", "--quiet", "--filter", `label=cipherhorizon.stack=${name}`];
    for (const kind of ["container", "volume", "network"]) expect(await docker(args(kind))).toBe("");
  });
});
