/** What a stack may configure of the cluster that it runs on. */
import { z } from "zod";
import { expose, networks } from "./config-expose.ts";
import { count, field } from "./config-fields.ts";
import { machine } from "./config-machine.ts";
import { dnsLabel, dnsName, labelKey, labelValue } from "./names.ts";

const registry = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;

const text = (pattern: RegExp, about: string, allowed: string) => field(z.string().regex(pattern), about, allowed);

const unique = (names: string[]) => new Set(names).size === names.length;

const nodePool = z.strictObject({
  label: text(labelKey, "Key of the label and of the taint that its nodes carry", "a label's key").default(
    "cipherhorizon.io/pool",
  ),
  value: text(labelValue, "Value of both", "a label's value").default("latency"),
  machine: machine
    .optional()
    .describe("What a machine of the pool has; `horizon render` then writes its node documents"),
});

export const kubernetes = z.strictObject({
  context: field(
    z.string().min(1),
    "Which context of the kubeconfig; absent: the current one",
    "a context's name",
  ).optional(),
  kubeconfig: field(
    z.string().min(1),
    "Path of the kubeconfig; absent: KUBECONFIG, or the usual place",
    "a file's path",
  ).optional(),
  namespace: text(
    dnsLabel,
    "The stack's namespace; absent: cipherhorizon-STACK",
    "a DNS label, such as trading",
  ).optional(),
  registry: text(
    registry,
    "Where built images are pushed, and nodes pull them",
    "a registry, with a path where it has one, such as registry.example.com/trading",
  ).optional(),
  registryLogin: field(
    z.enum(["docker", "none"]),
    "How a push logs in: by what `docker login` left on this machine, or not at all",
    "docker or none",
  ).default("docker"),
  imagePullSecrets: field(
    z.array(text(dnsName, "A Secret's name", "a Secret's name, such as registry")).refine(unique),
    "Secrets of the stack's namespace with which its nodes pull images, of type kubernetes.io/dockerconfigjson",
    "names of Secrets, each once",
  ).default([]),
  storageClass: text(
    dnsName,
    "Of the claims that hold data; absent: the cluster's default. What already exists keeps its own",
    "a storage class's name",
  ).optional(),
  size: field(
    z.enum(["production", "lab"]),
    "How much of its ceiling a workload reserves; lab fits all on one small machine",
    "production or lab",
  ).default("production"),
  nodePool: nodePool.prefault({}).describe("Nodes that latency-critical workloads have to themselves"),
  replicas: z
    .strictObject({ gateway: count("How many entrances run", 1, 20).default(2) })
    .prefault({})
    .describe("Of workloads that may run more than once"),
  expose: expose.prefault({}).describe("How the stack is reached from outside the cluster"),
  outside: networks("Where workloads with a way out may go; empty: the public internet").default([]),
  dnsServers: networks("Name servers beside the cluster's own, such as a cache on every node").default([]),
});
