import { describe, expect, it } from "vitest";
import { aptSources, debianMirrors, toEnvFile } from "./mirrors.ts";

describe("debianMirrors", () => {
  it("tells the archive from the security archive", () => {
    const sites = "http://mirror.example/debian-security\nhttp://mirror.example/debian\nhttp://mirror.example/debian\n";
    expect(debianMirrors(sites)).toEqual({
      main: "http://mirror.example/debian",
      security: "http://mirror.example/debian-security",
    });
  });

  it("derives the security archive where only the archive is set", () => {
    expect(debianMirrors("http://mirror.example/debian/")?.security).toBe("http://mirror.example/debian-security");
  });

  it("has no answer on another distribution", () => {
    expect(debianMirrors("http://mirror.example/ubuntu\n")).toBeUndefined();
    expect(debianMirrors("")).toBeUndefined();
  });
});

describe("aptSources", () => {
  it("names three suites, each signed", () => {
    const text = aptSources({ main: "http://m/debian", security: "http://m/debian-security" });
    expect(text).toContain("Suites: trixie trixie-updates\n");
    expect(text).toContain("Suites: trixie-security\n");
    expect(text.match(/Signed-By:/g)).toHaveLength(2);
  });
});

describe("toEnvFile", () => {
  it("leaves out what is not set and quotes what a shell would read", () => {
    expect(toEnvFile({ B: "x y", A: "it's $HOME", C: "" })).toBe("A='it'\\''s $HOME'\nB='x y'\n");
  });
});
