/**
 * The cluster's own programs, built from published Go modules and kept per user under a hash of versions and sources:
 * each is made aside and renamed into place, so a run that was interrupted goes on.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type CommandOptions, command } from "../toolchain/command.ts";
import { prepareGo } from "../toolchain/go.ts";
import { withLock } from "../toolchain/lock.ts";
import { contents, digest } from "../toolchain/parts.ts";
import type { Lab, Report } from "./lab.ts";
import { labMinor, type Minor, type OtherMinor } from "./minors.ts";

const MACHINE = `${process.platform}-${process.arch}`;

interface Build {
  /** The folder of its Go module here. */
  module: "kubernetes" | "kwok" | "traefik" | `apiserver/1.${OtherMinor}`;
  package: string;
}

/** The published module that each of ours requires for its programs; the others: Kubernetes itself. */
const RELEASES: Record<string, string> = { kwok: "sigs.k8s.io/kwok", traefik: "github.com/traefik/traefik/v3" };
/** Modules of the lab's own that stand for published ones. */
const STAND_INS: Record<string, string[]> = { traefik: ["ext", "lego"] };

const kubernetes = (name: string): Build => ({ module: "kubernetes", package: `k8s.io/kubernetes/cmd/${name}` });
const apiserver = (minor: OtherMinor): Build => ({
  module: `apiserver/1.${minor}`,
  package: "k8s.io/kubernetes/cmd/kube-apiserver",
});

/** In the order in which they are built: what others wait for comes first. */
const BUILDS = {
  "kube-apiserver": kubernetes("kube-apiserver"),
  kubectl: kubernetes("kubectl"),
  "kube-controller-manager": kubernetes("kube-controller-manager"),
  "kube-scheduler": kubernetes("kube-scheduler"),
  kubelet: kubernetes("kubelet"),
  "kube-proxy": kubernetes("kube-proxy"),
  pause: { module: "kubernetes", package: "./cmd/pause" },
  coredns: { module: "kubernetes", package: "./cmd/coredns" },
  kwok: { module: "kwok", package: "sigs.k8s.io/kwok/cmd/kwok" },
  traefik: { module: "traefik", package: "github.com/traefik/traefik/v3/cmd/traefik" },
  "kube-apiserver-1.34": apiserver(34),
  "kube-apiserver-1.35": apiserver(35),
  "kube-apiserver-1.37": apiserver(37),
} as const satisfies Record<string, Build>;

export type Program = keyof typeof BUILDS;
/** What a cluster consists of. */
export const clusterPrograms = (Object.keys(BUILDS) as Program[]).filter(
  (name) => BUILDS[name].module === "kubernetes",
);
export const apiserverOf = (minor: Minor): Program =>
  minor === labMinor ? "kube-apiserver" : `kube-apiserver-1.${minor}`;

const folderOf = (name: Program): string => join(import.meta.dirname, BUILDS[name].module);

/** The release that a go.mod requires of a module, such as v1.36.3. */
export function requiredVersion(goMod: string, module: string): string {
  const escaped = module.replaceAll(".", "\\.");
  const version = new RegExp(`^(?:require)?\\s+${escaped} (v\\d+\\.\\d+\\.\\d+)$`, "m").exec(goMod)?.[1];
  if (version === undefined) throw new Error(`go.mod requires no release of ${module}`);
  return version;
}

function versionOf(name: Program): string {
  const module = RELEASES[BUILDS[name].module] ?? "k8s.io/kubernetes";
  return requiredVersion(readFileSync(join(folderOf(name), "go.mod"), "utf8"), module);
}

/** What the linker writes into the programs; without it they call themselves v0.0.0, or dev. */
export function linkerFlags(name: Program, version = versionOf(name)): string {
  if (BUILDS[name].module === "kwok") return "-s -w"; // its version is in its source
  if (BUILDS[name].module === "traefik") return `-s -w -X ${RELEASES["traefik"]}/pkg/version.Version=${version}`;
  const [major = "", minor = ""] = version.slice(1).split(".");
  const facts = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: "clean" };
  const variables = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((home) =>
    Object.entries(facts).map(([name, value]) => `-X ${home}.${name}=${value}`),
  );
  return ["-s", "-w", ...variables].join(" ");
}

/** Where a program lies once it is built. */
export function programFile(lab: Lab, name: Program): string {
  const { module, package: own } = BUILDS[name];
  const ours = own.startsWith("./") ? [own.slice(2)] : (STAND_INS[module] ?? []);
  const sources = ["go.mod", "go.sum", ...ours];
  const key = digest([name, linkerFlags(name), MACHINE, ...contents(folderOf(name), sources)]);
  return join(lab.cache, `${name}-${versionOf(name)}-${key}`, name);
}

/** Takes a few milliseconds when everything is there. Returns the versions of the modules that they are built from. */
export async function ensurePrograms(lab: Lab, wanted: readonly Program[], report: Report): Promise<string> {
  const version = [...new Set(wanted.map(versionOf))].join(", ");
  const missing = () => wanted.filter((name) => !existsSync(programFile(lab, name)));
  if (missing().length === 0) return version;
  mkdirSync(lab.cache, { recursive: true });
  const waiting = (holder: number) => report(`process ${holder}, which builds too, has ${join(lab.cache, "lock")}`);
  await withLock(join(lab.cache, "lock"), waiting, async () => {
    clearLeftovers(lab);
    const options = { log: lab.log, onLine: report };
    const work = { product: "the lab's Kubernetes", modules: wanted.map(folderOf) };
    const absent = missing();
    const env = absent.length === 0 ? {} : await prepareGo(work, lab.cache, options);
    for (const [i, name] of absent.entries()) {
      const place = absent.length > 1 ? ` (${i + 1} of ${absent.length})` : "";
      await build(lab, name, { ...options, env, remedy: REMEDY }, (text) => report(`build ${name}${place} ${text}`));
    }
    rmSync(join(lab.cache, "go-build"), { recursive: true, force: true });
  });
  return version;
}

const REMEDY = "run the command again, it continues; where a module can't be fetched, see go env GOPROXY GOSUMDB";

async function build(lab: Lab, name: Program, options: CommandOptions, report: Report): Promise<void> {
  const began = Date.now();
  const onLine = (line: string) => report(`${Math.round((Date.now() - began) / 1000)} s: ${line}`);
  const draft = mkdtempSync(join(lab.cache, "tmp-"));
  const flags = ["-v", "-trimpath", "-buildvcs=false", "-mod=readonly", `-ldflags=${linkerFlags(name)}`];
  const args = ["build", ...flags, "-o", join(draft, name), BUILDS[name].package];
  report("begins");
  await command("go", args, { ...options, cwd: folderOf(name), onLine });
  renameSync(draft, join(programFile(lab, name), ".."));
}

/** Only the holder of the lock comes here, so whatever is half made belongs to a run that was killed. */
function clearLeftovers({ cache }: Lab): void {
  for (const entry of readdirSync(cache)) {
    if (entry.startsWith("tmp-")) rmSync(join(cache, entry), { recursive: true });
  }
}
