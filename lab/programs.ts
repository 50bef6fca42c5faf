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

interface Module {
  /** The published module that it requires for its programs. */
  release: string;
  /** What the linker writes into them; without it they call themselves v0.0.0, or dev. */
  variables: (version: string) => Record<string, string>;
  /** Modules of the lab's own that stand for published ones. */
  standIns?: string[];
}

const KUBERNETES: Module = {
  release: "k8s.io/kubernetes",
  variables: (version) => {
    const [major = "", minor = ""] = version.slice(1).split(".");
    const facts = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: "clean" };
    const homes = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"];
    return Object.fromEntries(
      homes.flatMap((home) => Object.entries(facts).map(([name, value]) => [`${home}.${name}`, value])),
    );
  },
};
const TRAEFIK = "github.com/traefik/traefik/v3";
/** By the folder; every other is of Kubernetes. */
const OTHERS: Record<string, Module> = {
  // Its version is in its source.
  kwok: { release: "sigs.k8s.io/kwok", variables: () => ({}) },
  traefik: {
    release: TRAEFIK,
    variables: (version) => ({ [`${TRAEFIK}/pkg/version.Version`]: version }),
    standIns: ["ext", "lego"],
  },
};

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
  traefik: { module: "traefik", package: `${TRAEFIK}/cmd/traefik` },
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

const moduleOf = (name: Program): Module => OTHERS[BUILDS[name].module] ?? KUBERNETES;

const versionOf = (name: Program): string =>
  requiredVersion(readFileSync(join(folderOf(name), "go.mod"), "utf8"), moduleOf(name).release);

export function linkerFlags(name: Program, version = versionOf(name)): string {
  const variables = Object.entries(moduleOf(name).variables(version)).map(
    ([variable, value]) => `-X ${variable}=${value}`,
  );
  return ["-s", "-w", ...variables].join(" ");
}

/** Where a program lies once it is built. */
export function programFile(lab: Lab, name: Program): string {
  const { package: own } = BUILDS[name];
  const ours = own.startsWith("./") ? [own.slice(2)] : [];
  const sources = ["go.mod", "go.sum", ...ours, ...(moduleOf(name).standIns ?? [])];
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
