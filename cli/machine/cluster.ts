/** The cluster of a stack: whether it answers, and whether it is the one that the lab's state is about. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CoreV1Api, VersionApi } from "@kubernetes/client-node";
import { UserError } from "../../infra/errors.ts";
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
  if (isLab(stack)) await recognise(cluster);
  return `${gitVersion} at ${cluster.server}`;
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
