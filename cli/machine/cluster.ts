/** The cluster of a stack: whether it answers, and whether it is the one that the lab's state is about. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ApiException, CoreV1Api, VersionApi } from "@kubernetes/client-node";
import { type Problem, refuse, UserError } from "../../infra/errors.ts";
import { stackLabel } from "../../infra/labels.ts";
import { product } from "../../infra/names.ts";
import { REGISTRY } from "../../lab/lab.ts";
import { stackDir } from "../paths.ts";
import { api, asked, type Cluster, clusterOf } from "../runtime/kubernetes/cluster.ts";
import { isLab, localStateDir } from "../stack/backend.ts";
import { readStackConfig } from "../stack/config.ts";
import { forgetSalt } from "../stack/salt.ts";

const identityFile = (stack: string): string => join(stackDir(stack), "cluster");

/** Returns its version and address. */
export async function meetCluster(stack: string): Promise<string> {
  const cluster = clusterOf(stack);
  const { gitVersion } = await asked(cluster, "ask for its version", api(cluster, VersionApi).getCode());
  refuse(foreignNamespace(cluster, await ownerOf(cluster)));
  if (isLab(stack)) await recognise(cluster);
  return `${gitVersion} at ${cluster.server}`;
}

/** The stack that the namespace says it is of; undefined where it says nothing, isn't there, or may not be looked at. */
async function ownerOf(cluster: Cluster): Promise<string | undefined> {
  try {
    const { metadata } = await api(cluster, CoreV1Api).readNamespace({ name: cluster.namespace });
    return metadata?.labels?.[stackLabel];
  } catch (error) {
    if (error instanceof ApiException) return undefined;
    throw error;
  }
}

/** Objects that are there already are taken over, so two stacks would take each other's. */
export function foreignNamespace(
  { stack, namespace }: Pick<Cluster, "stack" | "namespace">,
  owner?: string,
): Problem[] {
  if (owner === undefined || owner === stack) return [];
  return [
    {
      where: `stack ${stack}, namespace ${namespace}`,
      what: "the namespace is another stack's",
      given: `label ${stackLabel}=${owner}`,
      allowed: "a namespace of its own, or one without that label",
      remedy: `choose another: ${product}:kubernetes.namespace in Pulumi.${stack}.yaml`,
    },
  ];
}

/** A cluster's identity is that of the namespace that is made with it and can't be deleted. */
async function recognise(cluster: Cluster): Promise<void> {
  const { stack } = cluster;
  const system = api(cluster, CoreV1Api).readNamespace({ name: "kube-system" });
  const uid = (await asked(cluster, "read its identity", system)).metadata?.uid ?? "";
  const file = identityFile(stack);
  const known = existsSync(file) ? readFileSync(file, "utf8").trim() : uid;
  if (known !== uid) startAfresh(cluster, known, uid);
  mkdirSync(stackDir(stack), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${uid}\n`, { mode: 0o600 });
}

/** There is one lab on a machine, so a new one means that the earlier is gone, and all that the state is about with it. */
function startAfresh({ stack, server }: Cluster, known: string, uid: string): void {
  if (readStackConfig(stack).kubernetes.registry !== REGISTRY) {
    throw new UserError({
      where: `stack ${stack}`,
      what: "its state is about another cluster",
      given: `${server}, cluster ${uid}`,
      allowed: `the cluster that it was brought up on, ${known}`,
      remedy: `run \`horizon down\` against that one first; where it is gone for good, remove ${stackDir(stack)}`,
    });
  }
  rmSync(localStateDir(stack), { recursive: true, force: true });
  forgetSalt(stack);
}
