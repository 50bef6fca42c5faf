/** Builds a part from published Go modules with the host's Go, mirror settings and checksum database. */
import { readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { type CommandOptions, command } from "./command.ts";
import { ToolchainError } from "./errors.ts";
import type { GoBuild } from "./parts.ts";

/** The first Go that can fetch a newer one by itself. */
const OLDEST = "1.21";
/** Compiling the engine and the plugins, or a cluster, needs about 3 GiB of build cache and 2 GiB of modules. */
const FREE_BYTES = 6 * 1024 ** 3;
const TAGS = "osusergo,grpcnotrace,no_compose";

export type GoChoice = { toolchain: string } | { tooOld: string };

/** Which value of GOTOOLCHAIN makes the Go at hand build a module that needs `need`. */
export function chooseGo(have: string, need: string): GoChoice {
  if (compareVersions(have, need) >= 0) return { toolchain: "local" };
  if (compareVersions(have, OLDEST) >= 0) return { toolchain: `go${need}` };
  return { tooOld: have };
}

export function compareVersions(a: string, b: string): number {
  const numbers = (version: string) => version.split(/[^\d]+/).map(Number);
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** The Go version that a module's go.mod asks for. */
export function neededGo(goMod: string): string {
  const version = /^go (\S+)$/m.exec(goMod)?.[1];
  if (!version) throw new Error("go.mod has no go line");
  return version;
}

export interface GoWork {
  /** What is built, as an error names it. */
  product: string;
  /** Folders of the Go modules that it is built in. */
  modules: string[];
}

/** Makes sure that a usable Go is there; returns the environment to call it with. */
export async function prepareGo(
  work: GoWork,
  cache: string,
  options: Omit<CommandOptions, "remedy">,
): Promise<NodeJS.ProcessEnv> {
  await requireSpace(work, cache);
  const need =
    work.modules
      .map((module) => neededGo(readFileSync(join(module, "go.mod"), "utf8")))
      .sort(compareVersions)
      .at(-1) ?? "";
  const have = (await goVersion(options)) ?? (await installGo(options));
  const choice = have ? chooseGo(have, need) : { tooOld: "no go on PATH" };
  if ("tooOld" in choice) {
    throw new ToolchainError({
      what: `Go is needed to build ${work.product}`,
      given: choice.tooOld,
      allowed: `Go ${need} or newer, or ${OLDEST} or newer where its module proxy serves toolchains`,
      remedy: "install Go and put it on PATH, then run the command again",
    });
  }
  return {
    ...process.env,
    GOTOOLCHAIN: choice.toolchain,
    GOCACHE: join(cache, "go-build"),
    GOWORK: "off",
    CGO_ENABLED: "0",
  };
}

export async function build(make: GoBuild, folder: string, output: string, options: CommandOptions): Promise<void> {
  const linker = `-s -w -X ${make.stamp.variable}=${make.stamp.value}`;
  const flags = ["-v", "-trimpath", "-buildvcs=false", "-mod=readonly", `-tags=${TAGS}`, `-ldflags=${linker}`];
  await command("go", ["build", ...flags, "-o", output, make.package], { ...options, cwd: join(folder, make.module) });
}

async function goVersion(options: Omit<CommandOptions, "remedy">): Promise<string | undefined> {
  try {
    const env = { ...process.env, GOTOOLCHAIN: "local" };
    const version = await command("go", ["env", "GOVERSION"], { ...options, env, remedy: "install Go" });
    return version.trim().replace(/^go/, "");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** On Debian and its kin root may take Go from the distribution; elsewhere there is none. */
async function installGo(options: Omit<CommandOptions, "remedy">): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = { ...options, env, remedy: "install Go by hand and put it on PATH" };
  try {
    await command("apt-get", ["update", "-qq"], apt);
    await command("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "golang-go", "ca-certificates"], apt);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return goVersion(options);
}

async function requireSpace({ product }: GoWork, cache: string): Promise<void> {
  const { bavail, bsize } = await statfs(cache);
  if (bavail * bsize >= FREE_BYTES) return;
  const gib = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
  throw new ToolchainError({
    what: `too little disk space to build ${product}`,
    given: `${gib(bavail * bsize)} free in ${cache}`,
    allowed: `${gib(FREE_BYTES)} or more while building; 0.4 GiB stay`,
    remedy: "free some space, or set XDG_CACHE_HOME to a larger disk",
  });
}
