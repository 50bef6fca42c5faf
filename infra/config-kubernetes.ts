/** What a stack may configure of the cluster that it runs on. */
import { z } from "zod";
import { count, field, hostPort } from "./config-fields.ts";
import { machine } from "./config-machine.ts";
import { dnsLabel } from "./names.ts";

const network = field(z.union([z.cidrv4(), z.cidrv6()]), "A network", "a network such as 10.1.0.0/16 or fd00::/8");

const networks = (about: string) => field(z.array(network), about, "a list of networks such as 10.1.0.0/16");

const label = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const value = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const host = /^[A-Za-z0-9]([-A-Za-z0-9.]{0,251}[A-Za-z0-9])?$/;
const registry = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;

const text = (pattern: RegExp, about: string, allowed: string) => field(z.string().regex(pattern), about, allowed);

const nodePool = z.strictObject({
  label: text(label, "Key of the label and of the taint that its nodes carry", "a label's key").default(
    "cipherhorizon.io/pool",
  ),
  value: text(value, "Value of both", "a label's value").default("latency"),
  machine: machine
    .optional()
    .describe("What a machine of the pool has; `horizon render` then writes its node documents"),
});

const expose = z.strictObject({
  kind: field(
    z.enum(["clusterIP", "loadBalancer"]),
    "An address of its own, or none: then people come by port-forward or through the cluster's own entrance",
    "clusterIP or loadBalancer",
  ).default("clusterIP"),
  host: text(
    host,
    "Name or address at which people reach what is exposed; certificates are made for it",
    "a host's name or address, such as trading.example.com",
  ).default("127.0.0.1"),
  ports: z
    .strictObject({
      gateway: hostPort("The one entrance: API, dashboards, metrics").default(8443),
      kafka: hostPort("Kafka for clients outside the cluster").default("off"),
    })
    .prefault({}),
  annotations: field(
    z.record(z.string(), z.string()),
    "What this cluster's load balancers must be told",
    "annotations by key",
  ).default({}),
  allowFrom: networks("Who may come in through a load balancer").default(["0.0.0.0/0"]),
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
  storageClass: text(
    host,
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
