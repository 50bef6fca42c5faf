import { styleText } from "node:util";
import { runOk } from "../process.ts";
import type { Step } from "../progress.ts";
import type { Context } from "../session.ts";
import { readStackConfig } from "../stack/config.ts";
import { judge } from "./checks.ts";
import { gatherFacts } from "./facts.ts";
import { type Finding, refuseMissing, type State, table } from "./finding.ts";

/** Everything the stack needs, judged before anything is touched. */
export async function examine(stack: string): Promise<Finding[]> {
  const { docker } = readStackConfig(stack);
  const ours = await publishedPorts(stack);
  const wanted = Object.values(docker.hostPorts).filter((port): port is number => port !== "off" && !ours.has(port));
  return judge(await gatherFacts(wanted, docker.bindAddress));
}

/** Ports that this stack's own containers hold are not taken. */
async function publishedPorts(stack: string): Promise<Set<number>> {
  const args = ["ps", "--filter", `label=cipherhorizon.stack=${stack}`, "--format", "{{.Ports}}"];
  const finished = await runOk("docker", args, { timeout: 30_000 }).catch(() => undefined);
  return new Set([...(finished?.stdout ?? "").matchAll(/:(\d+)->/g)].map((match) => Number(match[1])));
}

const colours: Record<State, "green" | "yellow" | "red"> = { fine: "green", degraded: "yellow", missing: "red" };

const paint = (state: State, text: string): string => styleText(colours[state], text, { stream: process.stdout });

export async function doctor(stack: string, json: boolean): Promise<boolean> {
  const findings = await examine(stack);
  process.stdout.write(`${json ? JSON.stringify(findings, null, 2) : table(findings, paint)}\n`);
  return findings.every(({ state }) => state !== "missing");
}

/** The same before anything is touched: what is missing stops `up`, what is degraded is counted. */
export const doctorStep: Step<Context> = {
  title: "Doctor",
  run: async ({ stack }) => {
    const findings = await examine(stack);
    refuseMissing(findings);
    const count = findings.filter(({ state }) => state === "degraded").length;
    return count === 0 ? "all fine" : `${count} degraded, see \`horizon doctor\``;
  },
};
