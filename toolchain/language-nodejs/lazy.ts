// Preloaded where the SDK runs: a compiler and a package manager that it loads at start, for serialized functions, wait until used.
// That is a quarter of a second for each program and each policy pack.
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

const LATE = ["typescript", "@npmcli/arborist"];
const SDK = /\/node_modules\/@pulumi\/pulumi\//;
const PREFIX = "late:";

/** A module that loads the real one when anything of it is touched; until then it calls itself one that needs no copying. */
function late(file: string): string {
  return `let real;
    const load = () => (real ??= require("node:module").createRequire(${JSON.stringify(file)})(${JSON.stringify(file)}));
    module.exports = new Proxy({}, {
      get: (_, key) => (key === "__esModule" ? true : load()[key]),
      has: (_, key) => key in load(),
    });`;
}

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    if (!LATE.includes(specifier) || !SDK.test(context.parentURL ?? "")) return found;
    return { url: `${PREFIX}${found.url}`, format: "commonjs", shortCircuit: true };
  },
  load(url, context, next) {
    if (!url.startsWith(PREFIX)) return next(url, context);
    return { format: "commonjs", source: late(fileURLToPath(url.slice(PREFIX.length))), shortCircuit: true };
  },
});
