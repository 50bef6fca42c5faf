/** A stack on a Docker host, by way of the Docker client. */
import { spawn } from "node:child_process";
import { objectName } from "../../../infra/names.ts";
import { run } from "../../process.ts";
import type { Runtime } from "../runtime.ts";
import { knownIds, listObjects, orphansAmong, removeObjects } from "./objects.ts";
import { readStatus } from "./status.ts";

export const dockerRuntime = (stack: string): Runtime => ({
  status: () => readStatus(stack),
  logs: (workload, { follow, tail }) => {
    const args = ["logs", "--tail", tail, ...(follow ? ["--follow"] : []), objectName(stack, workload)];
    return passThrough(args, "ignore");
  },
  attach: (workload, command) => {
    const terminal = process.stdin.isTTY && process.stdout.isTTY ? ["--tty"] : [];
    return passThrough(["exec", "--interactive", ...terminal, objectName(stack, workload), ...command], "inherit");
  },
  run: (workload, command, options) => {
    const interactive = options.input === undefined ? [] : ["--interactive"];
    return run("docker", ["exec", ...interactive, objectName(stack, workload), ...command], options);
  },
  objects: () => listObjects(stack),
  orphans: (objects, exported) => orphansAmong(objects, knownIds(exported)),
  remove: removeObjects,
  holdsData: ({ kind }) => kind === "volume" || kind === "files",
});

/** The client's own words; resolves with its exit code. */
const passThrough = (args: string[], stdin: "ignore" | "inherit"): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn("docker", args, { stdio: [stdin, "inherit", "inherit"] });
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 0));
  });
