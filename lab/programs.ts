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

const MODULE = join(import.meta.dirname, "kubernetes");
const MACHINE = `${process.platform}-${process.arch}`;

/** In the order in which they are built: what others wait for comes first. */
const PACKAGES = {
  "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
  kubectl: "k8s.io/kubernetes/cmd/kubectl",
  "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
  "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
  kubelet: "k8s.io/kubernetes/cmd/kubelet",
  "kube-proxy": "k8s.io/kubernetes/cmd/kube-proxy",
  pause: "./cmd/pause",
  coredns: "./cmd/coredns",
} as const;

export type Program = keyof typeof PACKAGES;
export const programNames = Object.keys(PACKAGES) as Program[];

/** The version of Kubernetes that a go.mod requires, such as v1.36.3. */
export function kubernetesVersion(goMod: string): string {
  const version = /^\s*k8s\.io\/kubernetes (v\d+\.\d+\.\d+)$/m.exec(goMod)?.[1];
  if (version === undefined) throw new Error("go.mod requires no release of k8s.io/kubernetes");
  return version;
}

/** What the linker writes into the programs; without it they call themselves v0.0.0. */
export function linkerFlags(version: string): string {
  const [major = "", minor = ""] = version.slice(1).split(".");
  const facts = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: "clean" };
  const variables = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((home) =>
    Object.entries(facts).map(([name, value]) => `-X ${home}.${name}=${value}`),
  );
  return ["-s", "-w", ...variables].join(" ");
}

const version = (): string => kubernetesVersion(readFileSync(join(MODULE, "go.mod"), "utf8"));

/** Where a program lies once it is built. */
export function programFile(lab: Lab, name: Program): string {
  const own = PACKAGES[name];
  const sources = ["go.mod", "go.sum", ...(own.startsWith("./") ? [own.slice(2)] : [])];
  const key = digest([name, linkerFlags(version()), MACHINE, ...contents(MODULE, sources)]);
  return join(lab.cache, `${name}-${version()}-${key}`, name);
}

/** Takes a few milliseconds when everything is there. Returns the version of Kubernetes. */
export async function ensurePrograms(lab: Lab, wanted: Program[], report: Report): Promise<string> {
  const missing = () => wanted.filter((name) => !existsSync(programFile(lab, name)));
  if (missing().length === 0) return version();
  mkdirSync(lab.cache, { recursive: true });
  const waiting = (holder: number) => report(`process ${holder}, which builds too, has ${join(lab.cache, "lock")}`);
  await withLock(join(lab.cache, "lock"), waiting, async () => {
    clearLeftovers(lab);
    const options = { log: lab.log, onLine: report };
    const work = { product: "the lab's Kubernetes", modules: [MODULE] };
    const env = missing().length === 0 ? {} : await prepareGo(work, lab.cache, options);
    for (const name of missing()) await build(lab, name, { ...options, env, remedy: REMEDY }, report);
    rmSync(join(lab.cache, "go-build"), { recursive: true, force: true });
  });
  return version();
}

const REMEDY = "run the command again, it continues; where a module can't be fetched, see go env GOPROXY GOSUMDB";

async function build(lab: Lab, name: Program, options: CommandOptions, report: Report): Promise<void> {
  const began = Date.now();
  const onLine = (line: string) => report(`build ${name} ${Math.round((Date.now() - began) / 1000)} s: ${line}`);
  const draft = mkdtempSync(join(lab.cache, "tmp-"));
  const flags = ["-v", "-trimpath", "-buildvcs=false", "-mod=readonly", `-ldflags=${linkerFlags(version())}`];
  const args = ["build", ...flags, "-o", join(draft, name), PACKAGES[name]];
  report(`build ${name}`);
  await command("go", args, { ...options, cwd: MODULE, onLine });
  renameSync(draft, join(programFile(lab, name), ".."));
}

/** Only the holder of the lock comes here, so whatever is half made belongs to a run that was killed. */
function clearLeftovers({ cache }: Lab): void {
  for (const entry of readdirSync(cache)) {
    if (entry.startsWith("tmp-")) rmSync(join(cache, entry), { recursive: true });
  }
}
