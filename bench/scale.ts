/**
 * `node bench/scale.ts [--nodes 3,100,1000] [--copies 1,25,50,100,200]`: how preview, `up` and an `up` with nothing to do grow, on a
 * control plane of its own and simulated nodes. First one copy on ever more nodes, then ever more copies of the trading slice on the
 * last number of nodes; each `up` adds to the one before. `--checkpoints off` writes the state once, at the end of an `up`, and not
 * after every step. Prints a Markdown table with its environment, meant for docs/scale.md.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parse, stringify } from "yaml";
import { projectRoot } from "../cli/paths.ts";
import { runOk } from "../cli/process.ts";
import { deriveLab } from "../cli/stack/lab.ts";
import { NODE_POOL } from "../lab/lab.ts";
import { startSimulated } from "./scale/cluster.ts";
import { measure, type Taken } from "./scale/measure.ts";

const { values } = parseArgs({
  options: {
    nodes: { type: "string", default: "3,100,1000" },
    copies: { type: "string", default: "1,25,50,100,200" },
    checkpoints: { type: "string", default: "on" },
  },
});
const numbers = (text: string): number[] => text.split(",").map(Number);
const stack = "scale";
const scratch = mkdtempSync(join(tmpdir(), "horizon-scale-"));
const cwd = join(projectRoot, "bench", "scale");
/** Where Pulumi looks for it; git leaves it out. */
const file = join(cwd, "Pulumi.scale.yaml");
const log = join(scratch, "log");
const say = (text: string): void => void process.stderr.write(`${text}\n`);
say(`log: ${log}`);

const cluster = await startSimulated(say);

/** What `horizon env` sets, with a state of this run's own. */
async function environment(): Promise<NodeJS.ProcessEnv> {
  const script = 'eval "$(./horizon --stack dev env)" && exec env -0';
  const { stdout } = await runOk("bash", ["-c", script], { cwd: projectRoot, timeout: 1_800_000 });
  const pairs = stdout.split("\0").filter(Boolean);
  const all = Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
  );
  const { PULUMI_CONFIG_PASSPHRASE_FILE: _, ...env } = all;
  const own = { PULUMI_BACKEND_URL: `file://${scratch}`, PULUMI_CONFIG_PASSPHRASE: "scale" };
  const once = values.checkpoints === "off" && { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };
  return { ...env, ...own, ...once };
}

/** As `--lab` makes it, and nothing protected: it all goes at the end. */
function configure(copies: number): void {
  const text = readFileSync(join(projectRoot, "Pulumi.prod.yaml"), "utf8");
  const derived = parse(deriveLab("prod", text, { ...cluster, nodePool: NODE_POOL }, "")) as {
    config: object;
  };
  const salt = (parse(readFileSync(file, { encoding: "utf8", flag: "a+" })) as { encryptionsalt?: string } | null)
    ?.encryptionsalt;
  const config = { ...derived.config, "cipherhorizon:protect": false, "scale:copies": copies };
  writeFileSync(file, stringify({ config, ...(salt !== undefined && { encryptionsalt: salt }) }));
}

const env = await environment();
const pulumi = (...args: string[]): Promise<Taken> =>
  measure("pulumi", [...args, "--stack", stack, "--non-interactive"], { env, cwd, log });
const policies = ["--policy-pack", join(projectRoot, "policies")];

interface Row {
  nodes: number;
  copies: number;
  resources: number;
  preview: Taken;
  up: Taken;
  noop: Taken;
}

async function row(nodes: number, copies: number): Promise<Row> {
  configure(copies);
  say(`${copies} copies on ${nodes} nodes: preview`);
  const preview = await pulumi("preview", "--json", ...policies);
  say(`  ${preview.seconds.toFixed(1)} s; up`);
  const up = await pulumi("up", "--yes", "--skip-preview", ...policies);
  say(`  ${up.seconds.toFixed(1)} s; up with nothing to do`);
  const noop = await pulumi("up", "--yes", "--skip-preview", ...policies);
  say(`  ${noop.seconds.toFixed(1)} s`);
  const exported = await runOk("pulumi", ["stack", "export", "--stack", stack], { cwd, env, timeout: 120_000 });
  const { deployment } = JSON.parse(exported.stdout) as { deployment: { resources: unknown[] } };
  return { nodes, copies, resources: deployment.resources.length, preview, up, noop };
}

const shown = ({ seconds, cpu, memory }: Taken): string =>
  `${seconds.toFixed(1)} / ${cpu.toFixed(1)} / ${memory.toFixed(0)}`;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Each as it comes, so that a run that is broken off has told what it knows. */
async function all(): Promise<void> {
  const nodes = numbers(values.nodes);
  const [fewest = 1, ...more] = numbers(values.copies);
  for (const count of nodes) {
    await cluster.nodes(count);
    print(toLine(await row(count, fewest)));
  }
  for (const copies of more) print(toLine(await row(nodes.at(-1) ?? 0, copies)));
}

const toLine = ({ nodes, copies, resources, preview, up, noop }: Row): string =>
  `| ${[nodes, copies, resources, ...[preview, up, noop].map(shown)].join(" | ")} |`;

writeFileSync(file, "");
print(
  `${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${new Date().toISOString().slice(0, 10)}, checkpoints ${values.checkpoints}; seconds / processor seconds / MiB at most`,
);
print("");
print("| nodes | copies | resources | preview of the change | `up` with the change | `up` with nothing to do |");
print("|---|---|---|---|---|---|");
try {
  await runOk("pulumi", ["stack", "init", stack], { cwd, env, timeout: 120_000 });
  await all();
} finally {
  await cluster.stop();
  rmSync(file);
}
