/**
 * The lab's own controller, in each node's namespaces: enforces NetworkPolicies by nftables for the pods of that node. The first
 * node's also makes volumes for claims. Arguments: the kubeconfig, the node's name.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import {
  CoreV1Api,
  KubeConfig,
  NetworkingV1Api,
  type V1PersistentVolume,
  type V1PersistentVolumeClaim,
} from "@kubernetes/client-node";
import { NODE, NODES } from "../lab.ts";
import { toRuleset } from "./nft.ts";
import { isolate } from "./policy.ts";
import { folderOf, isReleased, isWaiting, newSize, volumeFor } from "./volumes.ts";
import { settled, watch } from "./watch.ts";

const [, , kubeconfig = "", node = NODE] = process.argv;
const real: (string | undefined)[] = NODES.map(({ name }) => name);
const config = new KubeConfig();
config.loadFromFile(kubeconfig);
const core = config.makeApiClient(CoreV1Api);
const networking = config.makeApiClient(NetworkingV1Api);

async function watchAll() {
  const [policies, namespaces, pods, claims, volumes] = await Promise.all([
    watch(
      config,
      "/apis/networking.k8s.io/v1/networkpolicies",
      () => networking.listNetworkPolicyForAllNamespaces(),
      enforceSoon,
    ),
    watch(config, "/api/v1/namespaces", () => core.listNamespace(), enforceSoon),
    watch(config, "/api/v1/pods", () => core.listPodForAllNamespaces(), enforceSoon),
    watch(
      config,
      "/api/v1/persistentvolumeclaims",
      () => core.listPersistentVolumeClaimForAllNamespaces(),
      provisionSoon,
    ),
    watch(config, "/api/v1/persistentvolumes", () => core.listPersistentVolume(), provisionSoon),
  ]);
  return { policies, namespaces, pods, claims, volumes };
}

async function enforce(): Promise<void> {
  if (watched === undefined) return;
  const { policies, namespaces, pods } = watched;
  // Pods of simulated nodes have made-up addresses.
  const addressed = pods.list().filter(({ spec }) => real.includes(spec?.nodeName));
  const world = { policies: [...policies.list()], namespaces: [...namespaces.list()], pods: addressed };
  const ruleset = toRuleset(isolate(world, ({ spec }) => spec?.nodeName === node));
  if (ruleset === applied) return;
  const { status, stderr } = spawnSync("nft", ["-f", "-"], { input: ruleset, encoding: "utf8", timeout: 10_000 });
  if (status !== 0) throw new Error(`nft: ${stderr}`);
  applied = ruleset;
}

async function provision(): Promise<void> {
  if (watched === undefined || node !== NODE) return;
  for (const claim of watched.claims.list()) {
    const size = newSize(claim);
    if (isWaiting(claim)) await make(claim);
    else if (size !== undefined) await resize(claim, size);
  }
  for (const volume of watched.volumes.list()) if (isReleased(volume)) await remove(volume);
}

async function make(claim: V1PersistentVolumeClaim): Promise<void> {
  const body = volumeFor(claim);
  mkdirSync(folderOf(body), { recursive: true });
  await core.createPersistentVolume({ body }).catch(unless(409));
}

async function resize({ metadata }: V1PersistentVolumeClaim, storage: string): Promise<void> {
  const name = `pvc-${metadata?.uid}`;
  const volume = await core.readPersistentVolume({ name });
  await core.replacePersistentVolume({ name, body: { ...volume, spec: { ...volume.spec, capacity: { storage } } } });
  const place = { name: metadata?.name ?? "", namespace: metadata?.namespace ?? "" };
  const claim = await core.readNamespacedPersistentVolumeClaim(place);
  const body = { ...claim, status: { ...claim.status, capacity: { storage } } };
  await core.replaceNamespacedPersistentVolumeClaimStatus({ ...place, body });
}

async function remove(volume: V1PersistentVolume): Promise<void> {
  rmSync(folderOf(volume), { recursive: true, force: true });
  await core.deletePersistentVolume({ name: volume.metadata?.name ?? "" }).catch(unless(404));
}

/** Any other answer is an error. */
const unless =
  (code: number) =>
  (error: unknown): void => {
    if ((error as { code?: number }).code !== code) throw error;
  };

let applied = "";
let watched: Awaited<ReturnType<typeof watchAll>> | undefined;
const enforceSoon = settled(enforce);
const provisionSoon = settled(provision);
watched = await watchAll();
enforceSoon();
provisionSoon();
