import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Manifest, pluginOf, programDependencies, requiredPlugins } from "./packages.ts";

describe("the plugin of an npm package", () => {
  it.each([
    [
      { name: "@pulumi/docker", version: "5.2.0" },
      { name: "docker", version: "v5.2.0", server: "" },
    ],
    [
      { name: "@other/thing", version: "1.0.0" },
      { name: "other/thing", version: "v1.0.0", server: "" },
    ],
  ])("%j has its name and version", (manifest, plugin) => {
    expect(pluginOf({ ...manifest, pulumi: { resource: true } })).toEqual(plugin);
  });

  it("is what the manifest says, where it says more", () => {
    const pulumi = { resource: true, name: "a", version: "v2.0.0", server: "https://example.com" };
    expect(pluginOf({ name: "b", version: "1.0.0", pulumi })).toEqual({
      name: "a",
      version: "v2.0.0",
      server: "https://example.com",
    });
  });

  it("does not exist for packages that declare none", () => {
    expect(pluginOf({ name: "zod", version: "4.0.0" })).toBeUndefined();
    expect(pluginOf({ name: "@pulumi/policy", version: "1.0.0", pulumi: {} })).toBeUndefined();
  });
});

describe("the packages of a project", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "packages-"));
    const resource = { resource: true };
    write("project", { dependencies: { "@pulumi/docker": "*", zod: "*" } });
    write("project/node_modules/@pulumi/docker", { name: "@pulumi/docker", version: "5.2.0", pulumi: resource });
    write("project/node_modules/zod", { name: "zod", version: "4.0.0" });
    write("node_modules/@pulumi/docker", { name: "@pulumi/docker", version: "4.0.0", pulumi: resource });
    write("node_modules/@pulumi/tls", { name: "@pulumi/tls", version: "5.6.1", pulumi: resource });
    mkdirSync(join(folder, "project", "node_modules", ".bin"));
    mkdirSync(join(folder, "project", "node_modules", "empty"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(path: string, manifest: Manifest): void {
    mkdirSync(join(folder, path), { recursive: true });
    writeFileSync(join(folder, path, "package.json"), JSON.stringify(manifest));
  }

  it("are those that a file of it would import: the nearest of each name", () => {
    const plugins = requiredPlugins(join(folder, "project"));
    expect(plugins.map(({ name, version }) => `${name} ${version}`).sort()).toEqual(["docker v5.2.0", "tls v5.6.1"]);
  });

  it("are its dependencies, or everything installed", () => {
    const names = (transitive: boolean) =>
      programDependencies(join(folder, "project"), transitive)
        .map(({ name, version }) => `${name} ${version}`)
        .sort();
    expect(names(false)).toEqual(["@pulumi/docker 5.2.0", "zod 4.0.0"]);
    expect(names(true)).toEqual(["@pulumi/docker 5.2.0", "@pulumi/tls 5.6.1", "zod 4.0.0"]);
  });
});
