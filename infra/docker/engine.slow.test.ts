/** The platform on a real engine, through the real Pulumi. Needs `pulumi`, Docker, and HORIZON_SITE_FILE: a shell of `horizon env`. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const project = fileURLToPath(new URL("../fixtures/engine", import.meta.url));
const stack = `t${process.pid}`;
const scratch = mkdtempSync(join(tmpdir(), "horizon-engine-"));
const minutes = 60_000;

interface Ran {
  code: number;
  text: string;
}

async function run(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const all = { ...process.env, PULUMI_BACKEND_URL: `file://${scratch}`, PULUMI_CONFIG_PASSPHRASE: "test", ...env };
  try {
    const options = { cwd: project, env: all, timeout: 4 * minutes, maxBuffer: 2 ** 26 };
    const { stdout, stderr } = await promisify(execFile)(command, args, options);
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string };
    return { code: typeof code === "number" ? code : -1, text: `${stdout ?? error}${stderr ?? ""}` };
  }
}

const pulumi = (command: string[], env: NodeJS.ProcessEnv = {}) =>
  run("pulumi", [...command, "--stack", stack, "--non-interactive", "--color", "never"], env);
const up = (env = {}) => pulumi(["up", "--yes", "--skip-preview"], env);
const docker = async (...args: string[]) => (await run("docker", args)).text.trim();
const name = (workload: string) => `cipherhorizon-${stack}-${workload}`;
const ids = async () => {
  const list = await docker("ps", "--format", "{{.Names}} {{.ID}}", "--filter", `label=cipherhorizon.stack=${stack}`);
  return Object.fromEntries(list.split("\n").map((line) => line.split(" ") as [string, string]));
};

async function expectNoChanges(): Promise<void> {
  const preview = await pulumi(["preview", "--expect-no-changes", "--diff"]);
  expect(preview, preview.text).toMatchObject({ code: 0 });
}

/** Whether one container opens a connection to another by name. */
async function reaches(from: string, to: string): Promise<boolean> {
  const ask = `exit(IO::Socket::INET->new(PeerAddr => '${to}', PeerPort => 8080, Timeout => 2) ? 0 : 1)`;
  return (await run("docker", ["exec", name(from), "perl", "-MIO::Socket::INET", "-e", ask])).code === 0;
}

beforeAll(async () => {
  await pulumi(["stack", "init"]);
  const first = await up({ TEST_APART: "1" });
  expect(first.code, first.text).toBe(0);
}, 5 * minutes);

afterAll(async () => {
  await pulumi(["destroy", "--yes", "--skip-preview"]);
  rmSync(scratch, { recursive: true });
  rmSync(join(project, `Pulumi.${stack}.yaml`), { force: true });
  rmSync(join(project, ".horizon"), { recursive: true, force: true });
}, 5 * minutes);

describe("on the real engine", { timeout: 6 * minutes }, () => {
  test("only a need makes a workload reachable", async () => {
    expect(await reaches("front", "store")).toBe(true);
    expect(await reaches("apart", "store")).toBe(false);
    expect(await reaches("store", "1.1.1.1")).toBe(false);
  });

  test("a second preview finds nothing, nor does one after a refresh", async () => {
    const gone = await up();
    expect(gone.text).toContain("unchanged");
    await expectNoChanges();
    expect((await pulumi(["refresh", "--yes", "--skip-preview"])).code).toBe(0);
    await expectNoChanges();
  });

  test("a container is hardened, as the engine itself says", async () => {
    const [seen] = JSON.parse(await docker("inspect", name("store")));
    expect(seen.HostConfig).toMatchObject({
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Memory: 64 * 2 ** 20,
      MemorySwap: 64 * 2 ** 20,
      RestartPolicy: { Name: "unless-stopped" },
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
    });
    expect(seen.Config).toMatchObject({ User: "65532:65532", StopSignal: "SIGTERM", StopTimeout: 5 });
    const written = await run("docker", ["exec", name("store"), "touch", "/etc/app/new"]);
    expect(written.text).toContain("Read-only file system");
    expect(await docker("exec", name("store"), "cat", "/etc/app/shipped", "/etc/app/more/two.conf")).toBe(
      "shipped\ntwo",
    );
  });

  test("a published port answers on loopback only", async () => {
    expect(await docker("port", name("front"))).toBe("8080/tcp -> 127.0.0.1:18981");
  });

  test("a secret is in its file, and nowhere else in the clear", async () => {
    const canary = (await pulumi(["stack", "output", "canary", "--show-secrets"])).text.trim();
    expect(canary).toHaveLength(32);
    expect(await docker("exec", name("front"), "cat", "/run/secrets/password")).toBe(canary);
    const containers = (await docker("ps", "-aq", "--filter", `label=cipherhorizon.stack=${stack}`)).split("\n");
    const volumes = (await docker("volume", "ls", "-q", "--filter", `label=cipherhorizon.stack=${stack}`)).split("\n");
    expect(await docker("inspect", ...containers)).not.toContain(canary);
    expect(await docker("volume", "inspect", ...volumes)).not.toContain(canary);
    const state = join(scratch, ".pulumi/stacks/cipherhorizon-infra-test", `${stack}.json`);
    expect(readFileSync(state, "utf8")).not.toContain(canary);
  });

  test("changing one file replaces its workload, and no other", async () => {
    await run("docker", ["exec", name("store"), "touch", "/data/kept"]);
    const before = await ids();
    const changed = await up({ TEST_CONTENT: "changed" });
    expect(changed.code, changed.text).toBe(0);
    const after = await ids();
    expect(after[name("front")]).toBe(before[name("front")]);
    expect(after[name("store")]).not.toBe(before[name("store")]);
    expect(await docker("exec", name("store"), "cat", "/etc/app/one.conf")).toBe("changed");
    expect(await docker("exec", name("store"), "ls", "/data")).toContain("kept");
  });

  test("a build that fails leaves what runs alone, keeps the compiler's words, and can be taken back", async () => {
    const before = await ids();
    const failed = await up({ TEST_CONTENT: "changed", TEST_FAIL: "1" });
    expect(failed.code).not.toBe(0);
    expect(await ids()).toEqual(before);
    expect(readFileSync(join(project, ".horizon/logs/build-app.log"), "utf8")).toContain("the compiler says no");
    // Back to a content that an earlier version had, while its objects still wait for their deletion.
    const back = await up();
    expect(back.code, back.text).toBe(0);
    await expectNoChanges();
  });

  test("a container removed by hand is seen and healed, its data still there", async () => {
    await docker("rm", "-f", name("store"));
    const refresh = await pulumi(["refresh", "--yes", "--skip-preview"]);
    expect(refresh.text).toMatch(/1 deleted/);
    const healed = await up();
    expect(healed.code, healed.text).toBe(0);
    expect(await docker("exec", name("store"), "ls", "/data")).toContain("kept");
    await expectNoChanges();
  });

  test("destroy leaves nothing", async () => {
    expect((await pulumi(["destroy", "--yes", "--skip-preview"])).code).toBe(0);
    const label = ["--filter", `label=cipherhorizon.stack=${stack}`];
    expect(await docker("ps", "-aq", ...label)).toBe("");
    expect(await docker("volume", "ls", "-q", ...label)).toBe("");
    expect(await docker("network", "ls", "-q", ...label)).toBe("");
    expect(await docker("images", "-q", `cipherhorizon-${stack}/*`)).toBe("");
  });
});
