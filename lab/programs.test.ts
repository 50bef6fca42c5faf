import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { kubernetesVersion, linkerFlags, programFile, programNames } from "./programs.ts";

const goMod = readFileSync(join(import.meta.dirname, "kubernetes", "go.mod"), "utf8");
const lab = { home: "/home", cache: "/cache", log: "/dev/null" };

describe("programs", () => {
  it("have the version that go.mod requires", () => {
    expect(kubernetesVersion("require (\n\tk8s.io/kubernetes v1.2.3\n)")).toBe("v1.2.3");
    expect(() => kubernetesVersion("require k8s.io/api v0.1.0")).toThrow("no release");
    expect(linkerFlags("v1.2.3")).toContain("-X k8s.io/component-base/version.gitMinor=2 ");
  });

  it("are made of Kubernetes' own modules, all of the release's version", () => {
    const version = kubernetesVersion(goMod).replace("v1.", "v0.");
    const replaced = [...goMod.matchAll(/^\t(\S+) => (\S+) (\S+)$/gm)];
    expect(replaced.length).toBeGreaterThan(20);
    for (const [, from, to, at] of replaced) expect([from, at]).toEqual([to, version]);
  });

  it("lie each in a folder of their own", () => {
    const files = programNames.map((name) => programFile(lab, name));
    expect(new Set(files).size).toBe(programNames.length);
    for (const file of files) expect(file).toMatch(/^\/cache\/([a-z-]+)-v[\d.]+-[0-9a-f]{16}\/\1$/);
  });
});
