import { defineConfig } from "vitest/config";

/** `*.test.ts` is fast and needs nothing but Node; `*.slow.test.ts` needs an engine or minutes, and has its own level of `horizon test`. */
export default defineConfig({
  test: {
    include: ["{infra,components,stacks,policies,cli,toolchain,lab,images,services,.github}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/*.slow.test.ts"],
    testTimeout: 30_000,
  },
});
