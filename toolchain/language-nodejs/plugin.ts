// Runs a plugin, such as a policy pack, written in TypeScript: `node plugin.ts DIRECTORY ARGUMENT...`
// The SDK's own runner for policy packs always compiles with ts-node, which refuses ES modules; Node itself strips the types.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [node = "", , directory = ".", ...rest] = process.argv;
const entry = createRequire(join(directory, "package.json")).resolve(directory);
process.argv = [node, entry, ...rest];
await import(pathToFileURL(entry).href);
