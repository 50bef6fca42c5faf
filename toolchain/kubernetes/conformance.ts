/**
 * Runs the conformance list's stacks with the real engine, in a project and a state of their own, and tells what came out.
 * HORIZON_CONFORMANCE_PLUGIN names a folder with another pulumi-resource-kubernetes, such as the official plugin's.
 */
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureToolchain } from "../install.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const COMMAND_MS = 180_000;

export interface Declared {
  /** Class of @pulumi/kubernetes: `core.v1.ConfigMap`. */
  type: string;
  name: string;
  args: object;
  dependsOn?: string[];
  options?: object;
}

export interface Result {
  code: number | null;
  stdout: string;
  /** Everything that was said, for the message of a failure. */
  output: string;
}

export class ConformanceStack {
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  private constructor(folder: string, environment: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#environment = environment;
  }

  static async create(kubeconfig: string): Promise<ConformanceStack> {
    const { env, pulumiHome } = await ensureToolchain();
    const folder = mkdtempSync(join(tmpdir(), "conformance-"));
    mkdirSync(join(folder, "state"));
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    copyFileSync(join(import.meta.dirname, "conformance-program.ts"), join(folder, "index.ts"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module", "main": "index.ts" }\n');
    const project = { name: "conformance", runtime: { name: "nodejs", options: { typescript: false } } };
    writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify(project));
    const stack = new ConformanceStack(folder, {
      ...process.env,
      ...env,
      PULUMI_HOME: homeWith(process.env.HORIZON_CONFORMANCE_PLUGIN, pulumiHome, folder),
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "conformance",
      KUBECONFIG: kubeconfig,
    });
    await stack.must(["stack", "init", "test"]);
    return stack;
  }

  async remove(): Promise<void> {
    rmSync(this.#folder, { recursive: true });
  }

  declare(objects: Declared[]): void {
    writeFileSync(join(this.#folder, "objects.json"), JSON.stringify(objects));
  }

  /** What would happen to each resource, by its name; a replacement shows as such only. */
  async preview(): Promise<Record<string, string>> {
    const { stdout } = await this.must(["preview", "--json", "--show-sames"]);
    const { steps = [] } = JSON.parse(stdout) as { steps?: { op: string; urn: string }[] };
    const plan: Record<string, string> = {};
    for (const { op, urn } of steps) {
      const name = urn.split("::").at(-1) ?? "";
      if (urn.includes("::kubernetes:") && !["create-replacement", "delete-replaced"].includes(op)) plan[name] = op;
    }
    return plan;
  }

  up(...flags: string[]): Promise<Result> {
    return this.run(["up", "--yes", "--skip-preview", ...flags]);
  }

  refresh(...flags: string[]): Promise<Result> {
    return this.run(["refresh", "--yes", "--skip-preview", ...flags]);
  }

  destroy(): Promise<Result> {
    return this.run(["destroy", "--yes", "--skip-preview"]);
  }

  /** The state as it is stored, secrets encrypted. */
  async state(): Promise<string> {
    return (await this.must(["stack", "export"])).stdout;
  }

  async must(args: string[]): Promise<Result> {
    const result = await this.run(args);
    if (result.code === 0) return result;
    throw new Error(`pulumi ${args.join(" ")}: exit ${result.code}\n${result.output}`);
  }

  /** `interrupt` sends what Ctrl-C sends, once the output shows that text. */
  run(args: string[], interrupt?: string): Promise<Result> {
    return new Promise((resolve, reject) => {
      const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
        cwd: this.#folder,
        env: this.#environment,
        stdio: ["ignore", "pipe", "pipe"],
        timeout: COMMAND_MS,
      });
      let [stdout, output, sent] = ["", "", false];
      const listen = (text: string) => {
        output += text;
        if (sent || !interrupt || !output.includes(interrupt)) return;
        sent = child.kill("SIGINT");
      };
      child.stdout.on("data", (data: Buffer) => {
        stdout += data;
        listen(String(data));
      });
      child.stderr.on("data", (data: Buffer) => listen(String(data)));
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, stdout, output }));
    });
  }
}

/** The toolchain's own home, or one beside it with another Kubernetes plugin in its place. */
function homeWith(plugin: string | undefined, home: string, folder: string): string {
  if (!plugin) return home;
  const plugins = join(folder, "home", "plugins");
  mkdirSync(plugins, { recursive: true });
  for (const entry of readdirSync(join(home, "plugins"))) {
    const target = entry.startsWith("resource-kubernetes-") ? plugin : join(home, "plugins", entry);
    symlinkSync(target, join(plugins, entry));
  }
  return join(folder, "home");
}

/** The names of resources that the state has, without the stack and the provider. */
export function resourcesIn(state: string): string[] {
  const { deployment } = JSON.parse(state) as { deployment: { resources?: { urn: string }[] } };
  const urns = (deployment.resources ?? []).map(({ urn }) => urn).filter((urn) => urn.includes("::kubernetes:"));
  return urns.map((urn) => urn.split("::").at(-1) ?? "").sort();
}
