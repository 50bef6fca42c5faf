/**
 * The shape that all rules share: one question to one Docker container, with the examples that prove the rule.
 *
 * A callback that touches a value still unknown in a preview turns the whole policy into an advisory remark, even a mandatory one.
 * So rules read fields one by one through `known`, and an unknown field is judged when it is known: at the update.
 */
import { type EnforcementLevel, type ResourceValidationPolicy, UnknownValueError } from "@pulumi/policy";

export const containerType = "docker:index/container:Container";

/** The inputs of a container that some rule reads. */
export interface Container {
  image?: string;
  user?: string;
  readOnly?: boolean;
  privileged?: boolean;
  capabilities?: { adds?: string[]; drops?: string[] };
  securityOpts?: string[];
  memory?: number;
  memorySwap?: number;
  healthcheck?: { tests?: string[] };
  ports?: { internal?: number; external?: number; ip?: string }[];
  volumes?: { hostPath?: string; containerPath?: string; volumeName?: string }[];
  mounts?: { type?: string; source?: string; target?: string }[];
  devices?: { hostPath?: string }[];
  envs?: string[];
  logDriver?: string;
  logOpts?: Record<string, string>;
  stopTimeout?: number;
  destroyGraceSeconds?: number;
  networkMode?: string;
  pidMode?: string;
  ipcMode?: string;
  usernsMode?: string;
  /** False for a container that is only created, to carry files into a volume, and never started. */
  start?: boolean;
}

/** Settings of the pack for one stack; every rule of the pack shares them. */
export interface Settings {
  /** Images only by digest or id; tags are for development. */
  requireDigest?: boolean;
}

export interface ContainerRule {
  name: string;
  description: string;
  level: EnforcementLevel;
  /** Says what is wrong, with the remedy; undefined when nothing is. */
  judge: (container: Container, settings: Settings) => string | undefined;
  /** A container that passes and one that must not, each differing from `hardened` only in what the rule is about. */
  examples: { compliant: Container[]; offending: Container[]; settings?: Settings };
}

/** A field's value; undefined also while it is unknown. */
export function known<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnknownValueError) return undefined;
    throw error;
  }
}

/** True when reading meets a value that is not known yet. */
export function isUnknown(read: () => unknown): boolean {
  try {
    JSON.stringify(read());
    return false;
  } catch (error) {
    if (error instanceof UnknownValueError) return true;
    throw error;
  }
}

export const toPolicy = (rule: ContainerRule): ResourceValidationPolicy => ({
  name: rule.name,
  description: rule.description,
  enforcementLevel: rule.level,
  configSchema: { properties: { requireDigest: { type: "boolean", default: false } } },
  validateResource: (args, report) => {
    if (args.type !== containerType) return;
    const problem = rule.judge(args.props as Container, args.getConfig<Settings>());
    if (problem !== undefined) report(`container ${args.name}: ${problem}`);
  },
});
