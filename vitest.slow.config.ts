import { defineConfig } from "vitest/config";

/** Tests that need the Docker engine and minutes; one file after the other, since they share the machine's two or more cores. */
export default defineConfig({
  test: {
    include: ["**/*.slow.test.ts"],
    exclude: ["**/node_modules/**"],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 1_800_000,
    bail: 0,
  },
});
