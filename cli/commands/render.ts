/** Writes a stack's manifests: for review, and for whoever applies them by other means. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../infra/config.ts";
import { withSecrets } from "../../infra/config-read.ts";
import { UserError } from "../../infra/errors.ts";
import { toFiles } from "../../infra/kubernetes/node-profile/documents.ts";
import { toNodeProfile } from "../../infra/kubernetes/node-profile/profile.ts";
import { toYaml } from "../../infra/kubernetes/yaml.ts";
import { supplyFor } from "../../infra/supply.ts";
import { render as renderStack } from "../../stacks/render.ts";
import { knownSite } from "../machine/site.ts";
import { readStackConfig } from "../stack/config.ts";

const mark = "# Rendered by horizon from the stack";

/** The same for the same checkout, configuration and site: no time, no machine. */
const header = (stack: string): string =>
  [
    `${mark} ${stack}; edits are lost with the next rendering.`,
    "# Secrets hold placeholders, and so does the authority's certificate: the real ones are in the stack's state.",
    "# Images that are built here are named by their content; `horizon up` pushes them and runs them by digest.",
    "",
  ].join("\n");

/** One text for standard output, or a file for each workload in a folder, where files of an earlier rendering give way. */
export async function render(stack: string, out: string | undefined): Promise<void> {
  const config = readStackConfig(stack);
  if (config.platform !== "kubernetes") throw new UserError(noManifests(stack, config.platform));
  const written = await renderStack(withSecrets(config), stack, supplyFor(knownSite(stack)));
  if (out === undefined) {
    process.stdout.write(header(stack) + toYaml([...written.values()].flat()));
    return;
  }
  const files = new Map([...written].map(([name, manifests]) => [`${name}.yaml`, header(stack) + toYaml(manifests)]));
  writeFolder(out, files);
  const nodes = nodeFiles(stack, config);
  writeFolder(join(out, "nodes"), nodes);
  process.stdout.write(`${files.size} files in ${out}, ${nodes.size} for the pool's nodes in ${join(out, "nodes")}\n`);
}

/** For the people who own the nodes; none where the configuration doesn't say what a machine of the pool has. */
function nodeFiles(stack: string, { kubernetes: { nodePool } }: Pick<Config, "kubernetes">): Map<string, string> {
  if (nodePool.machine === undefined) return new Map();
  const files = toFiles(toNodeProfile(nodePool.machine, nodePool));
  return new Map(
    [...files].map(([name, text]) => [name, `${mark} ${stack}; edits are lost with the next rendering.\n${text}`]),
  );
}

const endings = [".yaml", ".conf", ".cfg"];

/** Only what an earlier rendering wrote is removed. */
export function writeFolder(folder: string, files: ReadonlyMap<string, string>): void {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const ours = endings.some((end) => name.endsWith(end)) && readFileSync(path, "utf8").startsWith(mark);
    if (ours && !files.has(name)) rmSync(path);
  }
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
}

function noManifests(stack: string, platform: string) {
  return {
    where: `stack ${stack}`,
    what: "only a stack on kubernetes has manifests",
    given: `cipherhorizon:platform is ${platform}`,
    allowed: "a stack whose platform is kubernetes, such as prod",
    remedy: "run: horizon render --stack prod",
  };
}
