import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { labMinor, minors, otherMinors } from "./minors.ts";
import { apiserverOf, clusterPrograms, linkerFlags, programFile, requiredVersion } from "./programs.ts";

const goMod = (module: string) => readFileSync(join(import.meta.dirname, module, "go.mod"), "utf8");
const modules = new Map<number, string>(otherMinors.map((minor) => [minor, `apiserver/1.${minor}`]));
modules.set(labMinor, "kubernetes");
const lab = { home: "/home", cache: "/cache", log: "/dev/null" };

describe("programs", () => {
  it("have the version that go.mod requires", () => {
    expect(requiredVersion("require (\n\tk8s.io/kubernetes v1.2.3\n)", "k8s.io/kubernetes")).toBe("v1.2.3");
    expect(() => requiredVersion("require k8s.io/api v0.1.0", "k8s.io/kubernetes")).toThrow("no release");
    expect(requiredVersion("require sigs.k8s.io/kwok v0.8.0", "sigs.k8s.io/kwok")).toBe("v0.8.0");
    expect(linkerFlags("kubelet", "v1.2.3")).toContain("-X k8s.io/component-base/version.gitMinor=2 ");
  });

  it("say the version that they are", () => {
    const version = requiredVersion(goMod("traefik"), "github.com/traefik/traefik/v3");
    expect(linkerFlags("traefik")).toBe(`-s -w -X github.com/traefik/traefik/v3/pkg/version.Version=${version}`);
  });

  it.each([...modules])(
    "of 1.%i are made of Kubernetes' own modules, all of the release's version",
    (minor, module) => {
      const release = requiredVersion(goMod(module), "k8s.io/kubernetes");
      expect(release).toMatch(new RegExp(`^v1\\.${minor}\\.`));
      const replaced = [...goMod(module).matchAll(/^\t(\S+) => (\S+) (\S+)$/gm)];
      expect(replaced.length).toBeGreaterThan(20);
      for (const [, from, to, at] of replaced) expect([from, at]).toEqual([to, release.replace("v1.", "v0.")]);
    },
  );

  it("lie each in a folder of their own", () => {
    const programs = [...clusterPrograms, "kwok" as const, "traefik" as const, ...otherMinors.map(apiserverOf)];
    const files = programs.map((name) => programFile(lab, name));
    expect(new Set(files).size).toBe(programs.length);
    for (const file of files) expect(file).toMatch(/^\/cache\/([a-z0-9.-]+)-v[\d.]+-[0-9a-f]{16}\/\1$/);
  });

  it("of a cluster are of the lab's minor alone", () => {
    expect(clusterPrograms).toContain(apiserverOf(labMinor));
    for (const minor of otherMinors) expect(clusterPrograms).not.toContain(apiserverOf(minor));
  });
});

it("the minors have no gap and are in order", () => {
  expect(minors).toEqual(minors.map((_, i) => minors[0] + i));
});
