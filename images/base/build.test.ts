import { describe, expect, it } from "vitest";
import { bootstrapArguments, recipe } from "./build.ts";

describe("the base's recipe", () => {
  it("changes with the mirrors, and with nothing else", () => {
    expect(recipe("URIs: http://a.test/debian")).toBe(recipe("URIs: http://a.test/debian"));
    expect(recipe("URIs: http://a.test/debian")).not.toBe(recipe("URIs: http://b.test/debian"));
  });

  it("names no mirror: those come from the host", () => {
    expect(bootstrapArguments("root.tar").join(" ")).not.toMatch(/https?:/);
    expect(bootstrapArguments("root.tar").slice(-3)).toEqual(["trixie", "root.tar", "-"]);
  });
});
