import { expect, it } from "vitest";
import { quantity } from "./quantity.ts";

it.each([
  ["128Mi", 128 * 2 ** 20],
  ["0.5Gi", 2 ** 29],
  ["134217728", 2 ** 27],
  ["100M", 100_000_000],
  ["250m", 0.25],
  ["1e3", 1000],
  ["1E", 1e18],
  ["2E3", 2000],
  [2, 2],
  ["", 0],
  ["lots", 0],
  ["5Qi", 0],
])("%s is %d", (written, number) => {
  expect(quantity(written)).toBe(number);
});
