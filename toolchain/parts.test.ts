import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Part, partKey, partsFor, readDependencies, toolchainKey } from "./parts.ts";

const dependencies = readDependencies(join(import.meta.dirname, "..", "package.json"));
const parts = partsFor(dependencies);
const named = (name: Part["name"], list = parts): Part => {
  const part = list.find((candidate) => candidate.name === name);
  if (!part) throw new Error(name);
  return part;
};

describe("the parts of a toolchain", () => {
  it("have the versions of the npm packages", () => {
    const versions = parts.map(({ name, version }) => [`@pulumi/${name}`, version]);
    expect(Object.fromEntries(versions)).toEqual(
      Object.fromEntries(versions.map(([name = ""]) => [name, dependencies[name]])),
    );
  });

  it("refuse a version range, which would leave the plugin's version open", () => {
    expect(() => partsFor({ ...dependencies, "@pulumi/docker": "^5.2.0" })).toThrow(/@pulumi\/docker is \^5\.2\.0/);
    expect(() => partsFor({})).toThrow(/@pulumi\/pulumi is absent/);
  });

  it("build the engine from the modules of its version", () => {
    const goMod = readFileSync(join(import.meta.dirname, "cli", "go.mod"), "utf8");
    for (const module of ["pkg", "sdk"]) {
      expect(goMod).toMatch(new RegExp(`github.com/pulumi/pulumi/${module}/v3 v${named("pulumi").version}\\b`));
    }
  });
});

describe("the key of a part", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "toolchain-"));
    for (const source of ["cli", "plugins", "kubernetes", "language-nodejs"]) {
      cpSync(join(import.meta.dirname, source), join(folder, source), { recursive: true });
    }
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const keys = (machine = "linux-x64") =>
    Object.fromEntries(parts.map((part) => [part.name, partKey(part, folder, machine)]));

  it("is the same for the same sources, wherever they lie", () => {
    expect(keys()).toEqual(
      Object.fromEntries(parts.map((part) => [part.name, partKey(part, import.meta.dirname, "linux-x64")])),
    );
  });

  it("changes with the sources of that part alone", () => {
    const before = keys();
    writeFileSync(join(folder, "plugins", "shim", "tls", "shim.go"), "package shim\n");
    expect(keys()).toEqual({ ...before, tls: expect.not.stringMatching(before["tls"] ?? "") });
  });

  it("changes with the program of the part that is no Go program", () => {
    const before = keys();
    writeFileSync(join(folder, "kubernetes", "plugin", "main.ts"), "");
    expect(keys()).toEqual({ ...before, kubernetes: expect.not.stringMatching(before["kubernetes"] ?? "") });
  });

  it("changes with the locked modules for every part built from them", () => {
    const before = keys();
    writeFileSync(join(folder, "plugins", "go.sum"), "");
    const changed = Object.entries(keys()).filter(([name, key]) => key !== before[name]);
    expect(changed.map(([name]) => name)).toEqual(["docker", "random", "tls"]);
  });

  it("changes with the version and the machine", () => {
    const part = named("docker");
    const other = named("docker", partsFor({ ...dependencies, "@pulumi/docker": "5.3.0" }));
    const all = [
      partKey(part, folder, "linux-x64"),
      partKey(part, folder, "linux-arm64"),
      partKey(other, folder, "linux-x64"),
    ];
    expect(new Set(all).size).toBe(3);
  });

  it("does not change with a test", () => {
    const before = keys();
    writeFileSync(join(folder, "plugins", "cmd", "pulumi-resource-tls", "other_test.go"), "package main\n");
    expect(keys()).toEqual(before);
  });

  it("of the toolchain changes with the language host, and with no test of it", () => {
    const before = toolchainKey(["a"], folder);
    writeFileSync(join(folder, "language-nodejs", "new.test.ts"), "");
    expect(toolchainKey(["a"], folder)).toBe(before);
    writeFileSync(join(folder, "language-nodejs", "new.ts"), "");
    expect(toolchainKey(["a"], folder)).not.toBe(before);
    expect(toolchainKey(["b"], folder)).not.toBe(toolchainKey(["a"], folder));
  });
});
