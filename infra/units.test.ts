import fc from "fast-check";
import { expect, test } from "vitest";
import { bytes, goDuration, mebibytes, milliseconds } from "./units.ts";

test.each([
  ["1Ki", 1024],
  ["512Mi", 536_870_912],
  ["2Gi", 2_147_483_648],
] as const)("%s is %i bytes", (size, expected) => expect(bytes(size)).toBe(expected));

test("mebibytes", () => expect(mebibytes("3Gi")).toBe(3072));

test.each(["512MB", "0Mi", "1.5Gi", "-1Mi", "512", "Mi"])("%s is no size", (size) =>
  expect(() => bytes(size as never)).toThrow(TypeError),
);

test.each([
  ["500ms", 500],
  ["10s", 10_000],
  ["2m", 120_000],
  ["24h", 86_400_000],
  ["7d", 604_800_000],
] as const)("%s is %i ms", (time, expected) => expect(milliseconds(time)).toBe(expected));

test.each(["10", "0s", "1w", "-1s", "1.5s"])("%s is no duration", (time) =>
  expect(() => milliseconds(time as never)).toThrow(TypeError),
);

test.each([
  [0, "0s"],
  [250, "250ms"],
  [1500, "1.5s"],
  [60_000, "1m0s"],
  [90_000, "1m30s"],
  [3_600_000, "1h0m0s"],
  [5_400_500, "1h30m0.5s"],
])("%i ms as Go prints it: %s", (ms, expected) => expect(goDuration(ms)).toBe(expected));

test("goDuration loses nothing", () => {
  const read = (text: string) => {
    const [, h = "0", m = "0", s = "0"] = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)s)?$/.exec(text) ?? [];
    return Number(h) * 3_600_000 + Number(m) * 60_000 + Math.round(Number(s) * 1000);
  };
  fc.assert(fc.property(fc.integer({ min: 1000, max: 10 ** 9 }), (ms) => read(goDuration(ms)) === ms));
});
