/**
 * Puts the Pulumi engine, its language host and the provider plugins on this machine: from Pulumi's releases where its
 * download site answers, else built from Go modules and, for Kubernetes, a program of our own. Everything is kept per
 * user, under a hash of versions and sources.
 *
 * `node toolchain/install.ts` prints the environment as JSON.
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { assemble } from "./assemble.ts";
import { environment } from "./environment.ts";
import { ToolchainError } from "./errors.ts";
import { withLock } from "./lock.ts";
import { type Made, makeMissing, type Progress, type Source, type Workshop } from "./make.ts";
import { partKey, partsFor, readDependencies, toolchainKey } from "./parts.ts";
import { RELEASES } from "./release.ts";

export { ToolchainError } from "./errors.ts";
export type { Progress, Source } from "./make.ts";

export interface ToolchainOptions {
  /** Default: cipherhorizon/toolchain in the user's cache folder. */
  cache?: string;
  /** Receives the full output of every command. Default: install.log in the cache. */
  log?: string;
  /** Default: $HORIZON_TOOLCHAIN, else auto. */
  source?: Source;
  /** Base address of Pulumi's releases. */
  site?: string;
  onStep?: (progress: Progress) => void;
  signal?: AbortSignal;
}

export interface Toolchain {
  binDir: string;
  pulumiHome: string;
  /** Variables to add to a command's environment. */
  env: Record<string, string>;
  /** Where each part came from, by name and version. */
  origin: Record<string, string>;
}

/** Takes a few milliseconds when everything is there. */
export async function ensureToolchain(options: ToolchainOptions = {}): Promise<Toolchain> {
  const shop = workshop(options);
  const { parts, target } = plan(shop);
  if (!existsSync(target)) {
    mkdirSync(join(shop.cache, "parts"), { recursive: true });
    await withLock(join(shop.cache, "lock"), waiting(shop), async () => {
      await makeMissing(shop, parts);
      if (!existsSync(target)) assemble(shop.folder, shop.cache, parts, target);
    });
  }
  const [binDir, pulumiHome] = [join(target, "bin"), join(target, "home")];
  const origin = JSON.parse(readFileSync(join(target, "origin.json"), "utf8"));
  return { binDir, pulumiHome, env: environment(binDir, pulumiHome), origin };
}

function workshop(options: ToolchainOptions): Workshop {
  const cache =
    options.cache ?? join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "cipherhorizon", "toolchain");
  return {
    folder: import.meta.dirname,
    cache,
    log: options.log ?? join(cache, "install.log"),
    source: options.source ?? parseSource(process.env["HORIZON_TOOLCHAIN"]),
    site: options.site ?? RELEASES,
    onStep: options.onStep ?? (() => undefined),
    signal: options.signal,
  };
}

export function parseSource(value: string | undefined): Source {
  if (value === undefined || value === "") return "auto";
  if (value === "auto" || value === "download" || value === "build") return value;
  throw new ToolchainError({
    what: "HORIZON_TOOLCHAIN says where the Pulumi engine comes from",
    given: value,
    allowed: "auto, download, build",
    remedy: "correct the variable or unset it",
  });
}

function plan({ folder, cache }: Workshop): { parts: Made[]; target: string } {
  const machine = `${process.platform}-${process.arch}`;
  const parts = partsFor(readDependencies(join(folder, "..", "package.json"))).map((part) => ({
    part,
    key: partKey(part, folder, machine),
  }));
  return {
    parts: parts.map(({ part, key }) => ({ part, home: join(cache, "parts", `${part.name}-${part.version}-${key}`) })),
    target: join(
      cache,
      toolchainKey(
        parts.map(({ key }) => key),
        folder,
      ),
    ),
  };
}

function waiting(shop: Workshop): (holder: number) => void {
  const began = Date.now();
  return (holder) =>
    shop.onStep({
      step: "wait for another installation",
      state: "running",
      elapsed: Date.now() - began,
      waitingFor: `process ${holder}, which holds ${join(shop.cache, "lock")}`,
    });
}

/** One line when a step begins and ends, and every quarter of a minute in between. */
function printer(): (progress: Progress) => void {
  let printed = Number.NEGATIVE_INFINITY;
  return ({ step, state, elapsed, waitingFor }) => {
    if (state === "running" && elapsed > 0 && elapsed - printed < 15_000) return;
    printed = state === "done" ? Number.NEGATIVE_INFINITY : elapsed;
    const note = waitingFor === undefined ? "" : `: ${waitingFor}`;
    console.error(`${step} ${state === "done" ? "done" : "…"} ${(elapsed / 1000).toFixed(1)} s${note}`);
  };
}

if (import.meta.main) {
  try {
    const { env } = await ensureToolchain({ onStep: printer() });
    console.log(JSON.stringify(env, null, 2));
  } catch (error) {
    console.error(error instanceof ToolchainError ? `error: ${error.message}` : error);
    process.exitCode = 1;
  }
}
