/** Makes the parts of a toolchain that are not there yet, each aside and then renamed into place, so a rerun continues. */
import { copyFileSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { CommandOptions } from "./command.ts";
import { ToolchainError } from "./errors.ts";
import { build, prepareGo } from "./go.ts";
import { filesBelow, type Part } from "./parts.ts";
import { downloadEngine, downloadPlugin, findRelease, RELEASES, type Release } from "./release.ts";

export type Source = "auto" | "download" | "build";

export interface Progress {
  step: string;
  state: "running" | "done";
  /** Milliseconds since the step began. */
  elapsed: number;
  /** The last line that the step's command wrote. */
  waitingFor?: string;
}

export interface Workshop {
  /** toolchain/ of this checkout. */
  folder: string;
  cache: string;
  log: string;
  source: Source;
  site: string;
  onStep: (progress: Progress) => void;
  signal: AbortSignal | undefined;
}

/** A part and the folder that holds it once it is made. */
export interface Made {
  part: Part;
  home: string;
}

const TICK_MS = 1000;
/** The file beside a part's binary that tells where it came from. */
export const ORIGIN = "origin";

export async function makeMissing(shop: Workshop, parts: Made[]): Promise<void> {
  clearLeftovers(shop);
  const missing = parts.filter(({ home }) => !existsSync(home));
  if (missing.length === 0) return;
  const make = await chooseMaker(shop, parts, missing);
  for (const { part, home } of missing) {
    await step(shop, `${make.verb} ${part.name} ${part.version}`, async (onLine) => {
      const output = mkdtempSync(join(shop.cache, "parts", `tmp-${part.name}-`));
      await make.part(part, output, onLine);
      writeFileSync(join(output, ORIGIN), `${make.origin(part)}\n`);
      renameSync(output, home);
    });
  }
  rmSync(join(shop.cache, "go-build"), { recursive: true, force: true });
}

interface Maker {
  verb: string;
  origin: (part: Part) => string;
  part: (part: Part, output: string, onLine: (line: string) => void) => Promise<void>;
}

async function chooseMaker(shop: Workshop, parts: Made[], missing: Made[]): Promise<Maker> {
  const engine = parts.find(({ part }) => part.name === "pulumi");
  if (!engine) throw new Error("a toolchain without an engine");
  if (shop.source !== "build") {
    const release = await step(shop, "look for Pulumi's release", () => findRelease(engine.part.version, shop.site));
    if (release) return downloads(shop, release, join(engine.home, engine.part.binary));
    if (shop.source === "download") throw noRelease(shop, engine.part.version);
  }
  return builds(shop, missing);
}

function downloads(shop: Workshop, release: Release, engine: string): Maker {
  const remedy = "run the command again, or set HORIZON_TOOLCHAIN=build to build from Go modules";
  return {
    verb: "download",
    origin: () => `Pulumi's release at ${shop.site}`,
    part: async (part, output, onLine) => {
      const options: CommandOptions = { log: shop.log, signal: shop.signal, onLine, remedy };
      if (part.name === "pulumi") await downloadEngine(release, output, options);
      else await downloadPlugin(part, engine, output, options);
    },
  };
}

async function builds(shop: Workshop, missing: Made[]): Promise<Maker> {
  const { log, signal, folder } = shop;
  const remedy = "run the command again, it continues; where a module can't be fetched, see go env GOPROXY GOSUMDB";
  const work = {
    product: "the Pulumi engine, whose download site doesn't answer",
    modules: ["cli", "plugins"].map((module) => join(folder, module)),
  };
  const needsGo = missing.some(({ part }) => "module" in part.make);
  const env = needsGo
    ? await step(shop, "prepare Go", (onLine) => prepareGo(work, shop.cache, { log, signal, onLine }))
    : process.env;
  return {
    verb: "build",
    origin: ({ make }) => ("module" in make ? "built from Go modules" : "ours"),
    part: async ({ make, binary }, output, onLine) => {
      if ("module" in make) await build(make, folder, join(output, binary), { log, signal, onLine, env, remedy });
      else copyProgram(join(folder, make.folder), output);
    },
  };
}

function copyProgram(folder: string, output: string): void {
  for (const file of filesBelow(folder)) copyFileSync(file, join(output, basename(file)));
  writeFileSync(join(output, "package.json"), '{ "type": "module" }\n');
}

/** Reports a piece of work when it begins, every second while it runs, and when it is done. */
async function step<T>(shop: Workshop, name: string, work: (onLine: (line: string) => void) => Promise<T>): Promise<T> {
  const began = Date.now();
  let last: string | undefined;
  const report = (state: Progress["state"]) =>
    shop.onStep({ step: name, state, elapsed: Date.now() - began, ...(last ? { waitingFor: last } : {}) });
  report("running");
  const ticker = setInterval(() => report("running"), TICK_MS);
  try {
    const result = await work((line) => {
      last = line;
    });
    last = undefined;
    report("done");
    return result;
  } finally {
    clearInterval(ticker);
  }
}

/** Only the holder of the lock comes here, so whatever is half made belongs to a run that was killed. */
function clearLeftovers({ cache }: Workshop): void {
  for (const entry of readdirSync(join(cache, "parts"))) {
    if (entry.startsWith("tmp-")) rmSync(join(cache, "parts", entry), { recursive: true });
  }
}

function noRelease({ site }: Workshop, version: string): ToolchainError {
  return new ToolchainError({
    what: `Pulumi ${version} can't be downloaded`,
    given: `HORIZON_TOOLCHAIN=download, and ${site} gives no release for ${process.platform}-${process.arch}`,
    allowed: `a site that answers${site === RELEASES ? "" : `, e.g. ${RELEASES}`}, or another HORIZON_TOOLCHAIN: auto, build`,
    remedy: "set HORIZON_TOOLCHAIN=build to build it from Go modules",
  });
}
