/**
 * `node bench/startup.ts [--stack test] [--runs 3]`: how long the stack takes to start, beside a plain script that starts the same
 * containers, in one run. Prints a Markdown table of medians and ratios with its environment; meant for docs/startup.md.
 */
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runOk } from "../cli/process.ts";
import { describeStack, docker, removePlain, saveFiles, startPlain } from "./plain.ts";

const { values } = parseArgs({
  options: { stack: { type: "string", default: "test" }, runs: { type: "string", default: "3" } },
});
const root = join(import.meta.dirname, "..");

const horizon = async (...args: string[]): Promise<string> =>
  (await runOk(join(root, "horizon"), ["--yes", "--stack", values.stack, ...args], { cwd: root, timeout: 1_800_000 }))
    .stdout;

async function seconds(step: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await step();
  return (performance.now() - began) / 1000;
}

const median = (numbers: number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

await horizon("up");
const outputs = JSON.parse(await horizon("outputs", "--json")) as { needs: Record<string, string[]> };
const copies = await describeStack(values.stack, outputs.needs);
const networkIds = (
  await docker("network", "ls", "--quiet", "--filter", `label=cipherhorizon.stack=${values.stack}`)
).split("\n");
const networks = JSON.parse(await docker("network", "inspect", ...networkIds)) as { Name: string; Internal: boolean }[];
const internal = Object.fromEntries(networks.map(({ Name, Internal }) => [Name, Internal]));
const files = await saveFiles(copies);
// The plain copies run the stack's own images, which go when the stack goes.
const images = [...new Set(copies.map(({ container }) => container.Image))];
for (const [i, id] of images.entries()) await docker("tag", id, `horizon-bench/${i}:kept`);

const times: Record<"up" | "plain" | "noop" | "preview", number[]> = { up: [], plain: [], noop: [], preview: [] };
for (let i = 0; i < Number(values.runs); i += 1) {
  await horizon("down");
  times.plain.push(await seconds(() => startPlain(copies, files, internal)));
  await removePlain();
  times.up.push(await seconds(() => horizon("up")));
  times.noop.push(await seconds(() => horizon("up")));
  times.preview.push(await seconds(() => horizon("preview")));
}
await removePlain(files);
for (const i of images.keys()) await docker("rmi", `horizon-bench/${i}:kept`);

const plain = median(times.plain);
const row = (name: string, numbers: number[]): string =>
  `| ${name} | ${median(numbers).toFixed(1)} | ${(median(numbers) / plain).toFixed(2)} | ${Math.min(...numbers).toFixed(1)} to ${Math.max(...numbers).toFixed(1)} |`;
const environment = `${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Docker ${await docker("version", "--format", "{{.Server.Version}}")}, ${copies.length} containers, ${times.up.length} runs, ${new Date().toISOString().slice(0, 10)}`;
process.stdout.write(
  [
    environment,
    "",
    "| what | median, s | ratio to the plain script | range, s |",
    "|---|---|---|---|",
    row("plain parallel docker script", times.plain),
    row("`up`, images cached, until all healthy", times.up),
    row("`up` with nothing to do", times.noop),
    row("`preview`", times.preview),
    "",
  ].join("\n"),
);
