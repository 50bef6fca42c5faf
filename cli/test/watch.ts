import { spawn } from "node:child_process";
import { join } from "node:path";
import { projectRoot } from "../paths.ts";

/** The fast tests, again at every change, until the user ends it. */
export const watch = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const vitest = join(projectRoot, "node_modules", ".bin", "vitest");
    const child = spawn(vitest, ["watch"], { cwd: projectRoot, stdio: "inherit" });
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 0));
  });
