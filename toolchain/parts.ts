/** What a toolchain consists of: the engine and the provider plugins, each made from its own sources and kept under their hash. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export interface Part {
  name: "pulumi" | "docker" | "kubernetes" | "random" | "tls";
  /** Without a leading v; the npm package of the same version talks to it. */
  version: string;
  /** The file that is started. */
  binary: string;
  /** How it is made where there is no release of it. */
  make: GoBuild | Copy;
  /** Files and folders, relative to toolchain/, that decide what comes out. */
  sources: string[];
}

export interface GoBuild {
  /** The Go module it is built in, and the package there. */
  module: "cli" | "plugins";
  package: string;
  /** The variable that tells the program its version, and the value the linker gives it. */
  stamp: { variable: string; value: string };
}

/** A program in TypeScript, which needs no build. */
export interface Copy {
  /** Relative to toolchain/. */
  folder: string;
}

type Dependencies = Record<string, string>;

export function partsFor(dependencies: Dependencies): Part[] {
  return [
    engine(exact(dependencies, "pulumi")),
    ...(["docker", "random", "tls"] as const).map((name) => plugin(name, exact(dependencies, name))),
    kubernetes(exact(dependencies, "kubernetes")),
  ];
}

function exact(dependencies: Dependencies, name: string): string {
  const version = dependencies[`@pulumi/${name}`] ?? "";
  if (/^\d+\.\d+\.\d+$/.test(version)) return version;
  throw new Error(
    `package.json: @pulumi/${name} is ${version || "absent"}; a plugin's version must equal its package's, so it must be exact`,
  );
}

function engine(version: string): Part {
  return {
    name: "pulumi",
    version,
    binary: "pulumi",
    make: {
      module: "cli",
      package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      stamp: { variable: "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version", value: `v${version}` },
    },
    sources: ["cli"],
  };
}

function plugin(name: "docker" | "random" | "tls", version: string): Part {
  const binary = `pulumi-resource-${name}`;
  return {
    name,
    version,
    binary,
    make: { module: "plugins", package: `./cmd/${binary}`, stamp: { variable: "main.version", value: version } },
    sources: ["plugins/go.mod", "plugins/go.sum", `plugins/cmd/${binary}`, `plugins/shim/${name}`],
  };
}

/** Its Go module is not served by the module proxy, so it is a program of our own. */
function kubernetes(version: string): Part {
  const folder = "kubernetes/plugin";
  return { name: "kubernetes", version, binary: "pulumi-resource-kubernetes", make: { folder }, sources: [folder] };
}

/** Hash of everything that decides what a part is: its version, its sources and the machine it runs on. */
export function partKey(part: Part, folder: string, machine: string): string {
  return digest([part.name, part.version, machine, ...contents(folder, part.sources)]);
}

/** Hash of a whole toolchain: its parts and the language host that is copied beside them. */
export function toolchainKey(partKeys: string[], folder: string): string {
  return digest([...partKeys, ...contents(folder, ["language-nodejs"])]);
}

export function readDependencies(packageJson: string): Dependencies {
  return JSON.parse(readFileSync(packageJson, "utf8")).dependencies ?? {};
}

export function digest(fields: string[]): string {
  const hash = createHash("sha256");
  for (const field of fields) hash.update(`${field.length}:${field}`);
  return hash.digest("hex").slice(0, 16);
}

/** Paths and contents of the files, in an order that doesn't depend on the file system; tests don't count. */
export function contents(folder: string, paths: string[]): string[] {
  return paths.flatMap((path) =>
    filesBelow(join(folder, path)).flatMap((file) => [relative(folder, file), readFileSync(file, "utf8")]),
  );
}

export function filesBelow(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && !/\.test\.ts$|_test\.go$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return [path];
    throw error;
  }
}
