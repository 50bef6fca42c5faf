import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureToolchain, type Progress, parseSource } from "./install.ts";
import { partKey, partsFor, readDependencies } from "./parts.ts";
import { archiveName, checksumOf, findRelease } from "./release.ts";

const { version = "" } = partsFor(readDependencies(join(import.meta.dirname, "..", "package.json")))[0] ?? {};
const archive = archiveName(version, process.platform, process.arch) ?? "";

/** Stands for the released engine: knows `plugin install` and `version`, and fails the first install of tls when told to. */
const ENGINE = `#!/bin/sh
[ "$1" = plugin ] || { echo v${version}; exit 0; }
if [ "$4" = tls ] && [ -e "$PULUMI_HOME/../../fail-once" ]; then
  rm "$PULUMI_HOME/../../fail-once"; echo "no route to plugin tls" >&2; exit 7
fi
folder="$PULUMI_HOME/plugins/resource-$4-v$5"
mkdir -p "$folder" && echo "plugin $4" > "$folder/pulumi-resource-$4"
`;

let folder: string;
let server: Server;
let site: string;
let requests: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "toolchain-"));
  requests = [];
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

async function serve(listener: RequestListener): Promise<void> {
  server = createServer((request, response) => {
    requests.push(request.url ?? "");
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function serveRelease(tamper = (bytes: Buffer) => bytes): Promise<void> {
  mkdirSync(join(folder, "release", "pulumi"), { recursive: true });
  writeFileSync(join(folder, "release", "pulumi", "pulumi"), ENGINE, { mode: 0o755 });
  spawnSync("tar", ["-czf", join(folder, "archive"), "-C", join(folder, "release"), "pulumi/pulumi"]);
  const bytes = readFileSync(join(folder, "archive"));
  const list = `${"0".repeat(64)}  other.tar.gz\n${createHash("sha256").update(bytes).digest("hex")}  ${archive}\n`;
  await serve((request, response) => response.end(request.url?.endsWith(".txt") ? list : tamper(bytes)));
}

const install = (onStep: (progress: Progress) => void = () => undefined) =>
  ensureToolchain({ cache: join(folder, "cache"), site, source: "download", onStep });

describe("installing from releases", () => {
  it("lays the toolchain out as the engine expects it, and says where it came from", async () => {
    await serveRelease();
    const toolchain = await install();
    expect(readdirSync(toolchain.binDir).sort()).toEqual(["pulumi", "pulumi-language-nodejs"]);
    expect(readdirSync(join(toolchain.pulumiHome, "plugins"))).toHaveLength(4);
    const started = spawnSync("pulumi", ["version"], { env: { ...process.env, ...toolchain.env }, encoding: "utf8" });
    expect(started.stdout).toBe(`v${version}\n`);
    expect(new Set(Object.values(toolchain.origin))).toEqual(new Set([`Pulumi's release at ${site}`]));
  });

  it("asks nothing of the network when everything is there", async () => {
    await serveRelease();
    const first = await install();
    requests = [];
    expect(await install()).toEqual(first);
    expect(requests).toEqual([]);
  });

  it("continues where a failed run ended", async () => {
    await serveRelease();
    mkdirSync(join(folder, "cache"));
    writeFileSync(join(folder, "cache", "fail-once"), "");
    await expect(install()).rejects.toThrow(/no route to plugin tls/);
    requests = [];
    const steps: string[] = [];
    await install(({ step, state }) => state === "done" && steps.push(step));
    expect(steps.map((step) => step.split(" ")[1])).toEqual(["for", "tls", "kubernetes"]);
    expect(requests.filter((url) => url.endsWith(archive))).toEqual([]);
  });

  it("lets two runs at once share the work", async () => {
    await serveRelease();
    const waits: string[] = [];
    const watch = ({ step, waitingFor }: Progress) => step.startsWith("wait") && waits.push(waitingFor ?? "");
    const [one, other] = await Promise.all([install(watch), install(watch)]);
    expect(one).toEqual(other);
    expect(requests.filter((url) => url.endsWith(archive))).toHaveLength(1);
    expect(waits[0]).toContain(`process ${process.pid}`);
  });

  it("refuses an archive that is not what was published", async () => {
    await serveRelease((bytes) => Buffer.concat([bytes, Buffer.from("x")]));
    await expect(install()).rejects.toThrow(/not what was published.*given: {3}sha256.*remedy:/s);
    expect(readdirSync(join(folder, "cache", "parts")).filter((name) => !name.startsWith("tmp-"))).toEqual([]);
  });

  it("says so where there is no release", async () => {
    await serve((_, response) => response.writeHead(404).end());
    await expect(install()).rejects.toThrow(/can't be downloaded.*HORIZON_TOOLCHAIN=build/s);
  });
});

describe("without releases", () => {
  it("takes our own plugin for Kubernetes and needs no Go for it", async () => {
    await serve((_, response) => response.writeHead(404).end());
    const cache = join(folder, "cache");
    for (const part of partsFor(readDependencies(join(import.meta.dirname, "..", "package.json")))) {
      if (!("module" in part.make)) continue;
      const key = partKey(part, import.meta.dirname, `${process.platform}-${process.arch}`);
      const home = join(cache, "parts", `${part.name}-${part.version}-${key}`);
      mkdirSync(home, { recursive: true });
      writeFileSync(join(home, part.binary), "", { mode: 0o755 });
      writeFileSync(join(home, "origin"), "built before\n");
    }
    const steps: string[] = [];
    const onStep = ({ step, state }: Progress) => state === "done" && steps.push(step);
    const toolchain = await ensureToolchain({ cache, site, source: "auto", onStep });
    const [name = ""] = readdirSync(join(toolchain.pulumiHome, "plugins")).filter((item) =>
      item.includes("kubernetes"),
    );
    expect(steps).toEqual(["look for Pulumi's release", `build ${name.replace("resource-", "").replace("-v", " ")}`]);
    const plugin = spawnSync(join(toolchain.pulumiHome, "plugins", name, "pulumi-resource-kubernetes"), ["--help"], {
      env: { ...process.env, ...toolchain.env },
      cwd: folder,
      encoding: "utf8",
    });
    expect(plugin.stderr).toMatch(/@pulumi\/pulumi is not installed/);
  });
});

describe("looking for a release", () => {
  it("gives up on a site that never answers", { timeout: 10_000 }, async () => {
    await serve(() => undefined);
    expect(await findRelease(version, site)).toBeUndefined();
  });

  it("gives up on a site that can't be reached", async () => {
    await serve(() => undefined);
    expect(await findRelease(version, "http://127.0.0.1:1")).toBeUndefined();
  });

  it("takes the checksum of the very file", () => {
    const list = "AA11  pulumi-v1.tar.gz.sig\nBB22 *pulumi-v1.tar.gz\n";
    expect(checksumOf(list, "pulumi-v1.tar.gz")).toBe("bb22");
    expect(checksumOf(list, "pulumi-v2.tar.gz")).toBeUndefined();
  });

  it("knows for which machines there are archives", () => {
    expect(archiveName("3.1.2", "linux", "x64")).toBe("pulumi-v3.1.2-linux-x64.tar.gz");
    expect(archiveName("3.1.2", "linux", "riscv64")).toBeUndefined();
  });
});

describe("HORIZON_TOOLCHAIN", () => {
  it("is auto, download or build", () => {
    expect([undefined, "", "download", "build"].map(parseSource)).toEqual(["auto", "auto", "download", "build"]);
    expect(() => parseSource("yes")).toThrow(/given: {3}yes\n {2}allowed: auto, download, build/);
  });
});
