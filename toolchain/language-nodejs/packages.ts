// Which provider plugins a project needs: those of the npm packages installed for it that declare one.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Manifest {
  name?: string;
  version?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  pulumi?: { resource?: boolean; name?: string; version?: string; server?: string };
}
export interface RequiredPlugin {
  name: string;
  version: string;
  server: string;
}

/** The provider plugin that an npm package declares in its manifest, if any. */
export function pluginOf(manifest: Manifest): RequiredPlugin | undefined {
  const { name = "", version = "", pulumi } = manifest;
  if (!pulumi?.resource) return undefined;
  return {
    name: pulumi.name ?? name.replace(/^@pulumi\//, "").replace(/^@/, ""),
    version: `v${(pulumi.version ?? version).replace(/^v/, "")}`,
    server: pulumi.server ?? "",
  };
}

/** Manifests of all packages in the nearest node_modules directories above `directory`, nearest first. */
export function installedPackages(directory: string): Manifest[] {
  const manifests = readPackages(join(directory, "node_modules"));
  const parent = dirname(directory);
  return parent === directory ? manifests : [...manifests, ...installedPackages(parent)];
}

function readPackages(folder: string): Manifest[] {
  return list(folder).flatMap((entry) => {
    if (entry.startsWith("@")) return readPackages(join(folder, entry));
    const manifest = readManifest(join(folder, entry));
    return manifest ? [manifest] : [];
  });
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).filter((entry) => !entry.startsWith("."));
  } catch {
    return [];
  }
}

export function readManifest(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  } catch {
    return undefined;
  }
}

export function requiredPlugins(directory: string): RequiredPlugin[] {
  const nearest = new Map<string, RequiredPlugin>();
  for (const manifest of installedPackages(directory)) {
    const plugin = pluginOf(manifest);
    if (plugin && !nearest.has(plugin.name)) nearest.set(plugin.name, plugin);
  }
  return [...nearest.values()];
}

/** Name and installed version of the packages a program names as dependencies, or of all that are installed for it. */
export function programDependencies(directory: string, transitive: boolean): { name: string; version: string }[] {
  const manifest = readManifest(directory);
  const direct = new Set(Object.keys({ ...manifest?.dependencies, ...manifest?.devDependencies }));
  const found = new Map<string, string>();
  for (const { name, version } of installedPackages(directory)) {
    if (name && version && (transitive || direct.has(name)) && !found.has(name)) found.set(name, version);
  }
  return [...found].map(([name, version]) => ({ name, version }));
}
