// How a program is started, and what its end means.
import type { RunRequest } from "@pulumi/pulumi/proto/language_pb.js";

/** With this exit code the program says that it has already told the user what is wrong. */
const REPORTED = 32;

export interface Options {
  typescript?: boolean;
  tsconfig?: string;
  nodeargs?: string;
}

/** Arguments for `@pulumi/pulumi/cmd/run`. */
export function runArguments(request: RunRequest, engine: string): string[] {
  const flags: Record<string, string> = {
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": request.getInfo()?.getRootDirectory() ?? "",
    stack: request.getStack(),
    pwd: request.getPwd(),
    parallel: String(request.getParallel()),
  };
  const given = Object.entries(flags).filter(([, value]) => value !== "");
  return [
    ...given.flatMap(([flag, value]) => [`--${flag}`, value]),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    request.getProgram() || ".",
    ...request.getArgsList(),
  ];
}

/** What the program finds in its environment besides the host's own. */
export function runEnvironment(request: RunRequest, options: Options): Record<string, string> {
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    // Without ts-node, Node itself strips the types.
    PULUMI_NODEJS_TYPESCRIPT: String(options.typescript ?? true),
    ...(options.tsconfig ? { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig } : {}),
  };
}

export function nodeArguments(options: Options): string[] {
  return (options.nodeargs ?? "").split(/\s+/).filter((argument) => argument !== "");
}

export interface Outcome {
  error: string;
  bail: boolean;
}

export function outcomeOf(code: number | null, signal: NodeJS.Signals | null): Outcome {
  if (code === 0) return { error: "", bail: false };
  if (code === REPORTED) return { error: "", bail: true };
  const end = signal ? `was ended by ${signal}` : `exited with non-zero exit code: ${code}`;
  return { error: `Program ${end}`, bail: false };
}
