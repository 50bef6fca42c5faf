/**
 * A stack on a cluster that is only there to prove it: the lab of this machine, or one that the user names. It is a stack of its
 * own, made from the real one's configuration each time, with local state; the real one's file and state are never touched.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse, stringify } from "yaml";
import type { Problem } from "../../infra/errors.ts";
import { UserError } from "../../infra/errors.ts";
import { product } from "../../infra/names.ts";
import { currentKubeconfig, isForeign } from "../../lab/foreign.ts";
import { cacheDir, NODE_POOL, REGISTRY } from "../../lab/lab.ts";
import { labHome } from "../paths.ts";
import { configFile, isLab, labMark } from "./backend.ts";
import { platformOf } from "./platform.ts";

export interface LabChoice {
  lab: boolean;
  /** A cluster of the user's own in the lab's place. */
  kubeconfig?: string | undefined;
}

/** What the environment decides, and not the stack's configuration. */
export interface LabFacts {
  kubeconfig: string;
  /** Of the lab's own cluster; absent where the configuration's own must serve. */
  registry?: string;
  nodePool?: object;
}

export const labName = (stack: string): string => (stack.endsWith("-lab") ? stack : `${stack}-lab`);

/** The stack to work on. For a lab, its configuration is written; throws a UserError where that can't be. */
export function chosenStack(stack: string, choice: LabChoice): string {
  if (!choice.lab && choice.kubeconfig === undefined) return stack;
  const source = isLab(stack) ? stack.replace(/-lab$/, "") : stack;
  if (platformOf(source) !== "kubernetes") throw new UserError(notKubernetes(source));
  const name = labName(source);
  const file = configFile(name);
  if (existsSync(file) && !isLab(name)) throw new UserError(taken(name));
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const text = deriveLab(source, readFileSync(configFile(source), "utf8"), factsOf(choice), before);
  if (text !== before) writeFileSync(file, text);
  return name;
}

function factsOf({ kubeconfig }: LabChoice): LabFacts {
  const lab = { home: labHome(), cache: cacheDir(), log: "/dev/null" };
  if (kubeconfig !== undefined && !existsSync(kubeconfig)) throw new UserError(noFile(kubeconfig));
  if (kubeconfig !== undefined) return { kubeconfig: resolve(kubeconfig) };
  const found = currentKubeconfig(lab);
  if (found === undefined) throw new UserError(noLab(lab.home));
  return { kubeconfig: found, ...(!isForeign(lab) && { registry: REGISTRY, nodePool: NODE_POOL }) };
}

interface StackFile {
  config?: Record<string, unknown>;
  encryptionsalt?: string;
}

const isSecure = (value: unknown): boolean => JSON.stringify(value ?? null).includes('"secure":');

/**
 * The configuration of the lab's stack. Its secrets provider and state are its own, so encrypted values stay behind (an alert of
 * a lab must wake nobody); it has no way out, so prices are made up; its namespace is its own, also on the real one's cluster.
 */
export function deriveLab(
  source: string,
  text: string,
  { kubeconfig, registry, nodePool }: LabFacts,
  before: string,
): string {
  const all = (parse(text) as StackFile | null)?.config ?? {};
  const kept = Object.entries(all).filter(([key, value]) => key.startsWith(`${product}:`) && !isSecure(value));
  const config = Object.fromEntries(kept);
  const section = (name: string) => (config[`${product}:${name}`] ?? {}) as Record<string, unknown>;
  const { context: _, namespace, ...kubernetes } = section("kubernetes");
  const own = {
    ...kubernetes,
    ...(namespace !== undefined && { namespace: `${namespace}-lab` }),
    kubeconfig,
    // The lab's own asks nobody to log in.
    ...(registry !== undefined && { registry, registryLogin: "none" }),
    // Its one machine; a profile that asks for more is refused, not cut.
    ...(nodePool !== undefined && { nodePool }),
    size: "lab",
  };
  const made = {
    ...config,
    [`${product}:kubernetes`]: own,
    [`${product}:marketData`]: { ...section("marketData"), source: "generate" },
  };
  const { encryptionsalt } = (parse(before) as StackFile | null) ?? {};
  const head = `${labMark} from Pulumi.${source}.yaml for --lab; edits are lost.\n`;
  return head + stringify({ config: made, ...(encryptionsalt !== undefined && { encryptionsalt }) });
}

const notKubernetes = (stack: string): Problem => ({
  where: `stack ${stack}`,
  what: "--lab and --kubeconfig choose a cluster, and this stack has none",
  given: `cipherhorizon:platform of ${stack} is not kubernetes`,
  allowed: "a stack whose platform is kubernetes, such as prod",
  remedy: "name one: --stack prod",
});

const taken = (name: string): Problem => ({
  where: `stack ${name}`,
  what: "the name of the lab's stack is taken",
  given: `Pulumi.${name}.yaml, which horizon did not make`,
  allowed: `no file of that name; a stack NAME has its lab as NAME-lab`,
  remedy: "rename that stack",
});

const noFile = (given: string): Problem => ({
  where: "--kubeconfig",
  what: "there is no such file",
  given,
  allowed: "the kubeconfig of a cluster that answers",
  remedy: "name an existing file",
});

const noLab = (home: string): Problem => ({
  where: "--lab",
  what: "there is no lab",
  given: `nothing at ${home}`,
  allowed: "a lab that is up",
  remedy: "start it with `horizon lab up`, or name a cluster of your own with --kubeconfig FILE",
});
