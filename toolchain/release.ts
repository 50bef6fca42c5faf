/** Pulumi's own releases, for sites where its download site answers. */
import { createHash } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CommandOptions, command } from "./command.ts";
import { ToolchainError } from "./errors.ts";
import type { Part } from "./parts.ts";

export const RELEASES = "https://github.com/pulumi/pulumi/releases/download";
const PROBE_MS = 4000;
const DOWNLOAD_MS = 10 * 60_000;

export interface Release {
  url: string;
  /** sha256 as published. */
  checksum: string;
}

/** The name of the official archive for a machine, or undefined where there is none. */
export function archiveName(version: string, platform: string, arch: string): string | undefined {
  const known = ["linux", "darwin"].includes(platform) && ["x64", "arm64"].includes(arch);
  return known ? `pulumi-v${version}-${platform}-${arch}.tar.gz` : undefined;
}

/** The checksum of a file in a published list (`<hex>  <file name>` a line). */
export function checksumOf(list: string, file: string): string | undefined {
  const lines = list.split("\n").map((line) => line.trim().split(/\s+\*?/));
  return lines.find(([, name]) => name === file)?.[0]?.toLowerCase();
}

/** The engine's release, if the download site answers within a few seconds and has one for this machine. */
export async function findRelease(version: string, site: string = RELEASES): Promise<Release | undefined> {
  const archive = archiveName(version, process.platform, process.arch);
  if (!archive) return undefined;
  try {
    const base = `${site}/v${version}`;
    const answer = await fetch(`${base}/pulumi-${version}-checksums.txt`, { signal: AbortSignal.timeout(PROBE_MS) });
    const checksum = answer.ok ? checksumOf(await answer.text(), archive) : undefined;
    return checksum ? { url: `${base}/${archive}`, checksum } : undefined;
  } catch {
    return undefined; // no route, no name, no answer: this site builds
  }
}

/** Downloads the engine, checks it and puts its binary into `output`. The release's own language hosts are left out. */
export async function downloadEngine(release: Release, output: string, options: CommandOptions): Promise<void> {
  const answer = await fetch(release.url, { signal: AbortSignal.timeout(DOWNLOAD_MS) });
  if (!answer.ok) throw refused(release, `HTTP ${answer.status}`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  const checksum = createHash("sha256").update(bytes).digest("hex");
  if (checksum !== release.checksum) throw refused(release, `sha256 ${checksum}`);
  const archive = `${output}.tar.gz`;
  writeFileSync(archive, bytes);
  await command("tar", ["-xzf", archive, "-C", output, "--strip-components=1", "pulumi/pulumi"], options);
  rmSync(archive);
}

/** Lets the engine itself fetch a plugin and moves that plugin's folder to `output`. */
export async function downloadPlugin(
  part: Part,
  engine: string,
  output: string,
  options: CommandOptions,
): Promise<void> {
  const home = `${output}.home`;
  mkdirSync(home, { recursive: true });
  const env = { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" };
  await command(engine, ["plugin", "install", "resource", part.name, part.version], { ...options, env });
  rmSync(output, { recursive: true });
  renameSync(join(home, "plugins", `resource-${part.name}-v${part.version}`), output);
  rmSync(home, { recursive: true });
}

function refused(release: Release, given: string): ToolchainError {
  return new ToolchainError({
    what: `the download of ${release.url} is not what was published`,
    given,
    allowed: `sha256 ${release.checksum}`,
    remedy:
      "run the command again; if it stays so, ask who runs the network what changes downloads, or set HORIZON_TOOLCHAIN=build",
  });
}
