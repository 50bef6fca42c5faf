import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");

/** What a program prints that serializes a function, which needs the compiler, and whether the compiler was there before. */
const serialized = (...options: string[]): string[] => {
  const program = `
    const { createRequire } = await import("node:module");
    const require = createRequire(${JSON.stringify(join(root, "package.json"))});
    const { runtime } = require("@pulumi/pulumi");
    const isLoaded = () => Object.keys(require.cache).some((file) => file === require.resolve("typescript"));
    console.log(isLoaded());
    console.log(JSON.stringify((await runtime.serializeFunction((a) => a + 1)).text));
    console.log(isLoaded());`;
  const args = [...options, "--input-type=module", "--eval", program];
  return execFileSync(process.execPath, args, { cwd: root, encoding: "utf8" }).trim().split("\n");
};

it("lets the compiler wait until a function is serialized, and changes nothing of the outcome", () => {
  const [before, text, after] = serialized("--import", join(import.meta.dirname, "lazy.ts"));
  const [usual, expected] = serialized();
  expect([before, after, usual]).toEqual(["false", "true", "true"]);
  expect(text).toBe(expected);
});
