/**
 * `node bench/idle.ts [--stack dev] [--seconds 30]`: what the running stack takes while nobody asks it for anything: processor time
 * as the engine counts it for each container, as a share of one core, and memory. Prints a Markdown table with its environment.
 */
import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { engineGet } from "../cli/machine/engine.ts";
import { docker } from "./plain.ts";

const { values } = parseArgs({
  options: { stack: { type: "string", default: "dev" }, seconds: { type: "string", default: "30" } },
});

interface Stats {
  name: string;
  cpu_stats: { cpu_usage: { total_usage: number } };
  memory_stats: { usage?: number; stats?: { cache?: number; inactive_file?: number } };
}

async function read(id: string): Promise<Stats> {
  const stats = await engineGet<Stats>(`/containers/${id}/stats?stream=false&one-shot=true`);
  if (stats === undefined) throw new Error(`the engine gives no figures of container ${id}`);
  return stats;
}

/** Without the page cache, which the kernel gives back. */
const memory = ({ memory_stats: { usage = 0, stats } }: Stats): number =>
  (usage - (stats?.inactive_file ?? stats?.cache ?? 0)) / 2 ** 20;

const ids = (await docker("ps", "--quiet", "--filter", `label=cipherhorizon.stack=${values.stack}`)).split("\n");
const before = await Promise.all(ids.map(read));
const began = performance.now();
await sleep(Number(values.seconds) * 1000);
const after = await Promise.all(ids.map(read));
const elapsed = (performance.now() - began) * 1e6;

const rows = after.map((now, i) => {
  const used = now.cpu_stats.cpu_usage.total_usage - (before[i]?.cpu_stats.cpu_usage.total_usage ?? 0);
  return { name: now.name.replace(/^\//, ""), cpu: (100 * used) / elapsed, memory: memory(now) };
});
const total = rows.reduce((sum, row) => ({ name: "all", cpu: sum.cpu + row.cpu, memory: sum.memory + row.memory }));
const line = (row: typeof total): string => `| ${row.name} | ${row.cpu.toFixed(1)} | ${row.memory.toFixed(0)} |`;
process.stdout.write(
  [
    `${cpus().length} cores (${cpus()[0]?.model}), Docker ${await docker("version", "--format", "{{.Server.Version}}")}, ${values.seconds} s`,
    "",
    "| container | % of a core | MiB |",
    "|---|---|---|",
    ...rows.sort((a, b) => b.cpu - a.cpu).map(line),
    line(total),
    "",
  ].join("\n"),
);
