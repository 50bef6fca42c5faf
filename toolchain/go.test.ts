import { describe, expect, it } from "vitest";
import { chooseGo, compareVersions, neededGo } from "./go.ts";

describe("the choice of a Go toolchain", () => {
  it.each([
    ["1.26.8", "1.25.11", { toolchain: "local" }],
    ["1.25.11", "1.25.11", { toolchain: "local" }],
    ["1.25.9", "1.25.11", { toolchain: "go1.25.11" }],
    ["1.24.4", "1.25.11", { toolchain: "go1.25.11" }],
    ["1.21.0", "1.25.11", { toolchain: "go1.25.11" }],
    ["1.19.8", "1.25.11", { tooOld: "1.19.8" }],
  ])("with Go %s for a module that needs %s", (have, need, choice) => {
    expect(chooseGo(have, need)).toEqual(choice);
  });

  it("reads distribution suffixes", () => {
    expect(chooseGo("1.26-debian", "1.25.11")).toEqual({ toolchain: "local" });
    expect(compareVersions("1.25.11", "1.25.9")).toBe(1);
    expect(compareVersions("1.25", "1.25.0")).toBe(0);
  });

  it("takes the version that go.mod asks for", () => {
    expect(neededGo("module x\n\ngo 1.25.11\n\nrequire y v1.2.3\n")).toBe("1.25.11");
    expect(() => neededGo("module x\n")).toThrow("no go line");
  });
});
