import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import grpc from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/language_grpc_pb.js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");
const installed = (name: string): string =>
  JSON.parse(readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8")).version;

let host: ChildProcess;
let client: InstanceType<typeof services.LanguageRuntimeClient>;
let folder: string;

beforeAll(async () => {
  host = spawn(join(import.meta.dirname, "pulumi-language-nodejs"), ["127.0.0.1:1"], {
    cwd: ROOT,
    env: { ...process.env, PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (!host.stdout) throw new Error("no stdout");
  const [port] = await once(createInterface({ input: host.stdout }), "line");
  client = new services.LanguageRuntimeClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
}, 20_000);
afterAll(async () => {
  client.close();
  host.kill("SIGTERM");
  const [code] = await once(host, "exit");
  expect(code).toBe(0);
}, 10_000);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "language-host-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const info = (directory: string) =>
  new language.ProgramInfo().setRootDirectory(directory).setProgramDirectory(directory);

/** A plugin in TypeScript, as Pulumi would find it in a folder. */
function writePlugin(program: string): void {
  writeFileSync(join(folder, "package.json"), '{"type": "module", "main": "src/main.ts"}');
  mkdirSync(join(folder, "src"));
  writeFileSync(join(folder, "src", "other.ts"), "export const greeting: string = 'hello';\n");
  writeFileSync(join(folder, "src", "main.ts"), `import { greeting } from "./other.ts";\n${program}`);
}

function runPlugin(kind: string) {
  const request = new language.RunPluginRequest().setKind(kind).setPwd(ROOT).setInfo(info(folder));
  return client.runPlugin(request.setArgsList(["127.0.0.1:1"]).setEnvList(["MOOD=a=b"]));
}

describe("the language host", () => {
  it("tells the version of the SDK that it serves", async () => {
    const answer = await promisify<empty.Empty, PluginInfo>(client.getPluginInfo.bind(client))(new empty.Empty());
    expect(answer.getVersion()).toBe(installed("@pulumi/pulumi"));
  });

  it("asks for the plugins of the installed packages in their exact versions", async () => {
    const ask = promisify(client.getRequiredPackages.bind(client)) as (
      request: InstanceType<typeof language.GetRequiredPackagesRequest>,
    ) => Promise<InstanceType<typeof language.GetRequiredPackagesResponse>>;
    const answer = await ask(new language.GetRequiredPackagesRequest().setInfo(info(ROOT)));
    const found = answer.getPackagesList().map((item) => [item.getKind(), item.getName(), item.getVersion()]);
    for (const name of ["docker", "random", "tls"]) {
      expect(found).toContainEqual(["resource", name, `v${installed(`@pulumi/${name}`)}`]);
    }
  });

  it("reports a program that fails to start", { timeout: 20_000 }, async () => {
    const run = promisify(client.run.bind(client)) as (
      request: InstanceType<typeof language.RunRequest>,
    ) => Promise<InstanceType<typeof language.RunResponse>>;
    // No monitor address: cmd/run refuses before it loads anything.
    const answer = await run(new language.RunRequest().setPwd(ROOT).setProgram("stacks/none.ts").setInfo(info(ROOT)));
    expect(answer.getError()).toMatch(/exited with non-zero exit code/);
    expect(answer.getBail()).toBe(false);
  });

  it("says what to do where the SDK is not installed", async () => {
    const run = promisify(client.run.bind(client)) as (
      request: InstanceType<typeof language.RunRequest>,
    ) => Promise<unknown>;
    await expect(run(new language.RunRequest().setPwd(folder).setInfo(info(folder)))).rejects.toThrow(
      /run npm ci there/,
    );
  });

  it("runs a policy pack in TypeScript in its own folder and streams what it says", { timeout: 20_000 }, async () => {
    writePlugin(
      "console.log([greeting, process.argv[2], process.cwd(), process.env.MOOD].join(' ')); process.exitCode = 3;",
    );
    const call = runPlugin("analyzer");
    let said = "";
    let code = -1;
    call.on("data", (message: InstanceType<typeof language.RunPluginResponse>) => {
      said += Buffer.from(message.getStdout_asU8()).toString();
      if (message.hasExitcode()) code = message.getExitcode();
    });
    await once(call, "end");
    expect(said).toBe(`hello 127.0.0.1:1 ${folder} a=b\n`);
    expect(code).toBe(3);
  });

  it("ends a plugin whose call is cancelled", { timeout: 20_000 }, async () => {
    writePlugin("console.log(process.pid); setInterval(() => greeting, 1000);");
    const call = runPlugin("analyzer");
    call.on("error", () => undefined); // "cancelled", as asked for
    const [message] = await once(call, "data");
    const pid = Number(Buffer.from(message.getStdout_asU8()).toString());
    call.cancel();
    await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
  });

  it("does not outlive the engine that started it", { timeout: 20_000 }, async () => {
    const engine = `const { spawn } = require("node:child_process");
      const host = spawn(process.argv[1], [], { cwd: process.argv[2], stdio: ["ignore", "pipe", "inherit"] });
      host.stdout.once("data", () => { console.log(host.pid); process.kill(process.pid, "SIGKILL"); });`;
    const launcher = join(import.meta.dirname, "pulumi-language-nodejs");
    const child = spawn(process.execPath, ["-e", engine, launcher, ROOT], {
      env: { ...process.env, PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(createInterface({ input: child.stdout }), "line");
    await expect.poll(() => isAlive(Number(line)), { timeout: 10_000 }).toBe(false);
  });

  it("answers what it does not know with unimplemented", async () => {
    const pack = promisify(client.pack.bind(client)) as (
      request: InstanceType<typeof language.PackRequest>,
    ) => Promise<unknown>;
    await expect(pack(new language.PackRequest())).rejects.toMatchObject({ code: grpc.status.UNIMPLEMENTED });
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
