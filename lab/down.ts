/** Takes the lab away. What is gone already is skipped, so an interrupted run can be run again. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { COUNT } from "./count.ts";
import { forget } from "./foreign.ts";
import { giveBackHost } from "./host.ts";
import { type Lab, type LabStep, NODES } from "./lab.ts";
import { stopNodes } from "./node.ts";
import { knownPrograms, stop } from "./process.ts";

/** What a later `up` goes on with: the cluster's state, images, volumes and the certificates that fit them. */
const DATA = [...NODES.map(({ suffix }) => `node${suffix}`), COUNT, "pki", "registry"];

export const downSteps = (keepData: boolean): LabStep[] => [
  { title: "Nodes and their pods", run: stopAll },
  { title: "Host's settings", run: async (lab) => void giveBackHost(lab) },
  { title: "Files", run: (lab) => removeFiles(lab, keepData) },
];

/** With a node's first process everything in it ends; etcd before it, so that its log is whole. */
async function stopAll(lab: Lab): Promise<undefined> {
  await stop(lab, "etcd");
  await stopNodes(lab);
  for (const name of knownPrograms(lab)) await stop(lab, name);
}

async function removeFiles(lab: Lab, keepData: boolean): Promise<string> {
  forget(lab);
  if (!existsSync(lab.home)) return "none";
  if (!keepData) {
    rmSync(lab.home, { recursive: true });
    return "removed; the built programs stay";
  }
  for (const entry of readdirSync(lab.home)) {
    if (!DATA.includes(entry)) rmSync(join(lab.home, entry), { recursive: true });
  }
  return "the cluster's data is kept";
}
