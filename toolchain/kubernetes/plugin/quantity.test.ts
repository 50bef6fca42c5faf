import { describe, expect, it } from "vitest";
import { quantity } from "./quantity.ts";

describe("quantities", () => {
  it.each([
    ["1", 1],
    ["500m", 0.5],
    ["64Mi", 64 * 2 ** 20],
    ["1Ki", 1024],
    ["1k", 1000],
    ["1.5G", 1.5e9],
    ["1e3", 1000],
    ["2E", 2e18],
    ["0", 0],
  ])("%s is %d", (text, number) => {
    expect(quantity(text)).toBe(number);
  });

  it.each(["", "x", "1Q", "Mi"])("%j is none", (text) => {
    expect(quantity(text)).toBeNaN();
  });
});
