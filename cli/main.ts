import { Command, InvalidArgumentError, Option } from "commander";
import type { PreviewFormat } from "./commands/preview.ts";
import { exitCodeOf, exitCodes, explain } from "./errors.ts";
import { newLogFile } from "./paths.ts";
import { running, signalGroup } from "./process.ts";
import { type Context, newContext } from "./session.ts";
import { about, type Level, levels } from "./test/levels.ts";

interface Global {
  stack: string;
  yes: boolean;
  lab: boolean;
  kubeconfig?: string;
}

/** Commands are loaded when they are called: the Pulumi SDK alone takes half a second. */
let log: string | undefined;

/** Ends the children first, so that Pulumi releases its lock and writes its state, then this program. */
function stopChildren(signal: NodeJS.Signals): void {
  process.exitCode = exitCodes.interrupted;
  for (const child of running) signalGroup(child, signal);
  if (running.size === 0) process.exit();
  process.stderr.write("\nstopping; run the same command again to go on\n");
}

const program = new Command("horizon")
  .description("Deploys the CipherHorizon trading stack and proves it.")
  .option("-s, --stack <name>", "the stack to work on", "dev")
  .option("--lab", "on the lab's cluster, as a small stack of its own with local state", false)
  .option("--kubeconfig <file>", "like --lab, on this cluster of your own")
  .option("--yes", "never ask (also with CI=true)", false)
  .addHelpText(
    "after",
    "\nExit codes: 0 done; 1 failed half-way, or the audit found a violation; 2 wrong use or bad input, nothing changed;\n3 the machine lacks something (see doctor); 130 interrupted.",
  );

// Before the first sub-command: each copies this when it is made.
program.exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage));

const global = (): Global => program.opts<Global>();

/** With --lab or --kubeconfig, every command works on the stack made for that cluster; the lab's own commands have no stack. */
program.hook("preAction", async (_, command) => {
  const { stack, lab, kubeconfig } = global();
  if (command.parent?.name() === "lab" || !(lab || kubeconfig !== undefined)) return;
  const { chosenStack } = await import("./stack/lab.ts");
  program.setOptionValue("stack", chosenStack(stack, { lab, kubeconfig }));
});

function context(name: string): Context {
  log = newLogFile(name);
  const { stack, yes } = global();
  return newContext(stack, log, yes);
}

/** A context whose environment has the toolchain, the state and the site: what a stack command runs in. */
async function ready(name: string): Promise<Context> {
  const made = context(name);
  const [{ toolSteps }, { runSteps }, { ensureState }] = await Promise.all([
    import("./machine/steps.ts"),
    import("./progress.ts"),
    import("./stack/ready.ts"),
  ]);
  await runSteps(toolSteps, made);
  await ensureState(made.stack);
  return made;
}

const fail = (ok: boolean): void => {
  if (!ok) process.exitCode = exitCodes.failed;
};

program
  .command("up")
  .description("bring the stack up; ends when every workload is healthy")
  .action(async () => (await import("./commands/up.ts")).up(context("up")));

program
  .command("preview")
  .description("show what up would do, with the policy pack")
  .addOption(
    new Option("--format <format>", "for people, machines, or a pull request")
      .choices(["text", "json", "comment"])
      .default("text"),
  )
  .action(async ({ format }: { format: PreviewFormat }) =>
    (await import("./commands/preview.ts")).preview(context("preview"), format),
  );

program
  .command("render")
  .description("write the manifests of a stack on kubernetes, without a cluster; no secret is among them")
  .option("--out <folder>", "a file for each workload, instead of one text")
  .action(async ({ out }: { out?: string }) => (await import("./commands/render.ts")).render(global().stack, out));

program
  .command("refresh")
  .description("read what is really there into the state")
  .action(async () => (await import("./commands/refresh.ts")).refresh(context("refresh")));

program
  .command("down")
  .description("remove the stack with its data; asks first")
  .option("--keep-data", "keep volumes and generated secrets", false)
  .action(async (options: { keepData: boolean }) =>
    (await import("./commands/down.ts")).down(context("down"), options),
  );

program
  .command("outputs")
  .description("URLs, connection strings, images, commands of the running stack")
  .option("--json", "as JSON", false)
  .option("--show-secrets", "show secret values", false)
  .action(async (options: { json: boolean; showSecrets: boolean }) =>
    (await import("./commands/outputs.ts")).printOutputs(await ready("outputs"), options),
  );

program
  .command("status")
  .description("what runs and how it is")
  .option("--json", "as JSON", false)
  .action(async ({ json }: { json: boolean }) => (await import("./commands/status.ts")).status(global().stack, json));

program
  .command("logs <name>")
  .description("the log of one workload")
  .option("-f, --follow", "go on as it grows", false)
  .option("--tail <lines>", "how many lines from the end", "200")
  .action(async (name: string, options: { follow: boolean; tail: string }) => {
    process.exitCode = await (await import("./commands/logs.ts")).logs(global().stack, name, options);
  });

program
  .command("doctor")
  .description("check the machine, and the cluster; exit code 3 when something is missing")
  .option("--json", "as JSON", false)
  .action(async ({ json }: { json: boolean }) => {
    const { doctor } = await import("./doctor/run.ts");
    if (!(await doctor(global().stack, json))) process.exitCode = exitCodes.machine;
  });

program
  .command("env")
  .description('what a shell needs for plain pulumi: eval "$(./horizon env)"')
  .action(async () => (await import("./commands/env.ts")).printEnv(await ready("env")));

program
  .command("replay <file>")
  .description("send a capture through the running stack, then audit; exit code 1 on any violation")
  .option("--json", "as JSON", false)
  .option("--speed <speed>", "max, or a multiple of the capture's own pace such as 4x", "max")
  .action(async (file: string, options: { json: boolean; speed: string }) =>
    fail(await (await import("./commands/replay.ts")).replay(context("replay"), file, options)),
  );

program
  .command("audit")
  .description("prove the running stack's history; exit code 1 on any violation")
  .option("--json", "as JSON", false)
  .action(async ({ json }: { json: boolean }) =>
    fail(await (await import("./commands/audit.ts")).auditCommand(context("audit"), json)),
  );

const levelArgument = (value: string, before: Level[] = []): Level[] => {
  if (!levels.includes(value as Level)) throw new InvalidArgumentError(`allowed: ${levels.join(", ")}`);
  return [...before, value as Level];
};

program
  .command("test")
  .description("run everything CI runs, or the levels named")
  .argument("[level...]", levels.map((level) => `${level}: ${about[level]}`).join("; "), levelArgument)
  .option("--watch", "run the fast tests again at every change", false)
  .action(async (wanted: Level[] | undefined, options: { watch: boolean }) => {
    const made = context("test");
    if (options.watch) process.exitCode = await (await import("./test/watch.ts")).watch();
    else fail((await (await import("./test/run.ts")).test(made, wanted ?? [])).failed === 0);
  });

program
  .command("exec <name> <command...>")
  .description("run a command inside a workload's container")
  .action(async (name: string, command: string[]) => {
    process.exitCode = await (await import("./commands/exec.ts")).exec(global().stack, name, command);
  });

program
  .command("images")
  .description("the table of third-party images")
  .command("lock")
  .description("resolve every digest where the image registry answers, and write images/lock.json")
  .action(async () => (await import("./commands/images.ts")).lockDigests());

const number =
  (from: number, to: number) =>
  (value: string): number => {
    const count = Number(value);
    if (!Number.isInteger(count) || count < from || count > to)
      throw new InvalidArgumentError(`allowed: ${from} to ${to}`);
    return count;
  };

const lab = program.command("lab").description("a real Kubernetes cluster on this machine, to prove prod on");

lab
  .command("up")
  .description(
    "build it once, start it; ends when node, DNS, storage and policies work, and prints the kubeconfig's path",
  )
  .addHelpText("after", "\nWith --kubeconfig FILE that cluster of your own is used instead of starting one.")
  .option("--nodes <count>", "how many nodes it is to have, 1 to 3; as many as it had, at first 1", number(1, 3))
  .action(async ({ nodes }: { nodes?: number }) => {
    log = newLogFile("lab-up");
    const { kubeconfig } = global();
    const options = { ...(kubeconfig !== undefined && { kubeconfig }), ...(nodes !== undefined && { nodes }) };
    await (await import("./commands/lab.ts")).labUp(log, options);
  });

lab
  .command("down")
  .description("stop it and remove everything but the built programs")
  .option("--keep-data", "keep the cluster's state, images and volumes for the next up", false)
  .action(async (options: { keepData: boolean }) => {
    log = newLogFile("lab-down");
    await (await import("./commands/lab.ts")).labDown(log, options);
  });

lab
  .command("status")
  .description("what of it runs; exit code 1 when it is not ready")
  .option("--json", "as JSON", false)
  .action(async ({ json }: { json: boolean }) => fail(await (await import("./commands/lab.ts")).labStatus(json)));

lab
  .command("nodes")
  .description("simulated nodes beside the real one, for scale; their pods only seem to run")
  .argument("<count>", "how many there are to be", number(0, 5000))
  .action(async (count: number) => {
    log = newLogFile("lab-nodes");
    await (await import("./commands/lab.ts")).labNodes(log, count);
  });

lab
  .command("kubeconfig")
  .description("print the path of its kubeconfig")
  .action(async () => (await import("./commands/lab.ts")).labKubeconfig());

process.on("SIGINT", () => stopChildren("SIGINT"));
process.on("SIGTERM", () => stopChildren("SIGTERM"));
program.configureOutput({ outputError: (text, write) => write(text) });

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${explain(error, log)}\n`);
  process.exitCode ??= exitCodeOf(error);
}
