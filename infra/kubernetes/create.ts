/** Creates in a cluster what the translators describe. It decides nothing but order, and what is kept. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { Provider as Docker, RegistryImage, RemoteImage } from "@pulumi/docker";
import { apiextensions, apps, autoscaling, core, networking, Provider, policy, scheduling } from "@pulumi/kubernetes";
import type { ComponentResourceOptions, CustomResourceOptions, Input, Resource } from "@pulumi/pulumi";
import { RandomBytes, RandomId } from "@pulumi/random";
import { buildLog } from "../docker/build-log.ts";
import { type BuildSite, contentHash } from "../docker/image.ts";
import { UserError } from "../errors.ts";
import type { ServiceSource } from "../platform.ts";
import type { Image, Workload } from "../workload.ts";
import { rolloutSeconds } from "./health.ts";
import { noRegistry, pushedReference, type RegistryLogin, toPush, toRegistryAuth, toRegistryBuild } from "./image.ts";
import type { Made, Maker, Shared } from "./maker.ts";
import type { Objects } from "./objects.ts";

export interface CreatorOptions {
  stack: string;
  /** Which cluster; absent: the one that kubectl means. */
  context?: string | undefined;
  /** Path of a kubeconfig; absent: KUBECONFIG, or the usual place. */
  kubeconfig?: string | undefined;
  registry?: string | undefined;
  registryLogin: RegistryLogin;
  /** Claims, and the namespace around them, can't be deleted, and outlive the stack. */
  protect: boolean;
  site: BuildSite;
}

/** A first build of everything shares the cores of a small machine; the provider gives up after 20 minutes by itself. */
const buildTimeouts = { create: "60m", update: "60m" };

/** Names are fixed, so the old one goes first. */
const oneAtATime = { deleteBeforeReplace: true };

export class Creator implements Maker {
  readonly hashKey: Input<string>;
  readonly #options: CreatorOptions;
  readonly #root: Resource;
  readonly #provider: Provider;
  /** The namespace. A claim that is kept keeps what it depends on, so it depends on nothing else. */
  #space: Resource[] = [];
  readonly #pusher: Docker | undefined;
  #shared: Resource[] = [];

  constructor(options: CreatorOptions, root: Resource) {
    const { context, kubeconfig, registry, registryLogin } = options;
    this.#options = options;
    this.#root = root;
    this.hashKey = new RandomBytes("label-key", { length: 32 }, { parent: root }).hex;
    this.#provider = new Provider(
      "cluster",
      {
        ...(context !== undefined && { context }),
        ...(kubeconfig !== undefined && { kubeconfig }),
        enableServerSideApply: true,
        // What a killed run made and never recorded is taken over by the next; so is a namespace with Secrets of others in it.
        upsertExistingObjects: true,
        // Changed in place; the pods' hash rolls them. Otherwise a changed file would delete what pods have mounted.
        enableConfigMapMutable: true,
        enableSecretMutable: true,
      },
      { parent: root },
    );
    const auth = registry === undefined ? [] : [toRegistryAuth(registry, registryLogin)];
    this.#pusher = auth.length > 0 ? new Docker("registry", { registryAuth: auth }, { parent: root }) : undefined;
  }

  shared({ namespace, defaultDeny, priorityClasses }: Shared): void {
    // Deleting a namespace deletes the claims in it, so it stays where they do.
    const kept = this.#object({}, [], this.#kept());
    const space = new core.v1.Namespace("namespace", namespace, kept);
    this.#space = [space];
    this.#shared = this.#space;
    const classes = priorityClasses.map(
      (each) => new scheduling.v1.PriorityClass(each.metadata.name, each, this.#object({})),
    );
    const deny = new networking.v1.NetworkPolicy("default-deny", defaultDeny, this.#object({}));
    this.#shared = [space, ...classes, deny];
  }

  builtImage(source: ServiceSource, title: string, opts: ComponentResourceOptions): Image {
    const { registry: to, stack, site } = this.#options;
    if (to === undefined || !this.#pusher) throw new UserError(noRegistry);
    const content = contentHash(source, site.base);
    // The provider opens the log but doesn't make its folder.
    mkdirSync(dirname(buildLog(source.name)), { recursive: true });
    const name = `${source.name}.image`;
    const version = new RandomId(`${name}.version`, { byteLength: 4, keepers: { content } }, this.#child(opts)).hex;
    // One provider for both: another would be another process.
    const provider = this.#pusher;
    const building = { provider, deleteBeforeReplace: false, customTimeouts: buildTimeouts };
    const built = new RemoteImage(
      name,
      toRegistryBuild(to, stack, source, content, version, site),
      this.#child(opts, [], building),
    );
    const push = toPush(built.name, content);
    const pushing = this.#child(opts, [built], { provider });
    const pushed = new RegistryImage(`${source.name}.push`, push, pushing);
    const reference = pushedReference(to, stack, source.name, pushed.sha256Digest);
    return { reference, content, origin: "built", title };
  }

  workload(w: Workload, objects: Objects, after: Resource[], opts: ComponentResourceOptions): Made {
    const { account, config, secret, claim, policies, controller, service, budget, autoscaler } = objects;
    const { loadBalancer, certificate, ingress, route } = objects;
    const usual = this.#object(opts);
    const one = <T, R>(part: T | undefined, make: (part: T) => R): R[] => (part === undefined ? [] : [make(part)]);
    const name = (part: string) => `${w.name}.${part}`;
    const before = [
      ...one(account, (args) => new core.v1.ServiceAccount(name("account"), args, usual)),
      ...one(config, (args) => new core.v1.ConfigMap(name("config"), args, usual)),
      ...one(secret, (args) => new core.v1.Secret(name("secret"), args, usual)),
      ...one(
        claim,
        (args) =>
          new core.v1.PersistentVolumeClaim(name("state"), args, this.#child(opts, this.#space, this.#claimed())),
      ),
      ...policies.map((args) => new networking.v1.NetworkPolicy(policyName(w, args.metadata.name), args, usual)),
    ];
    const timeout = `${rolloutSeconds(w.health) + 60}s`;
    const rollout = { customTimeouts: { create: timeout, update: timeout } };
    const running = toRunning(w.name, controller, this.#object(opts, [...after, ...before], rollout));
    // After the pods: a load balancer and an Ingress are waited for until they lead somewhere.
    const scaled = this.#object(opts, [running]);
    const services = [
      ...one(service, (args) => new core.v1.Service(name("service"), args, usual)),
      ...one(loadBalancer, (args) => new core.v1.Service(name("outside"), args, scaled)),
    ];
    const shown = one(certificate, (args) => new core.v1.Secret(name("certificate"), args, usual));
    const entered = this.#object(opts, [running, ...services, ...shown]);
    one(ingress, (args) => new networking.v1.Ingress(name("ingress"), args, entered));
    one(route, (args) => new apiextensions.CustomResource(name("route"), args, entered));
    one(budget, (args) => new policy.v1.PodDisruptionBudget(name("budget"), args, usual));
    one(autoscaler, (args) => new autoscaling.v2.HorizontalPodAutoscaler(name("autoscaler"), args, scaled));
    return { resources: [running, ...services], ready: running.id };
  }

  /** A claim never gives way to another: what can't change in place isn't changed. */
  #claimed(): CustomResourceOptions {
    const provider = this.#provider;
    return { ...oneAtATime, ...this.#kept(), provider, ignoreChanges: ["spec.storageClassName", "spec.accessModes"] };
  }

  #kept(): CustomResourceOptions {
    const { protect } = this.#options;
    return { protect, retainOnDelete: protect };
  }

  /** An object of the cluster: after everything that the stack has once. */
  #object(opts: ComponentResourceOptions, after: Resource[] = [], own: CustomResourceOptions = {}) {
    return this.#child(opts, [...this.#shared, ...after], { ...oneAtATime, ...own, provider: this.#provider });
  }

  /** Of a component's options, only the place in the tree and the order are its children's as well. */
  #child(
    { parent = this.#root, dependsOn }: ComponentResourceOptions,
    after: Resource[] = [],
    own: CustomResourceOptions = {},
  ): CustomResourceOptions {
    const order = [dependsOn, after].flatMap((given) => given ?? []);
    return { ...own, parent, ...(order.length > 0 && { dependsOn: order as Input<Resource>[] }) };
  }
}

/** Its own policy is a part of the workload; the others are edges, and called by both ends. */
function policyName(w: Workload, name: string): string {
  return name === w.name ? `${name}.policy` : name;
}

function toRunning(name: string, args: Objects["controller"], opts: CustomResourceOptions) {
  return args.kind === "StatefulSet"
    ? new apps.v1.StatefulSet(name, args, opts)
    : new apps.v1.Deployment(name, args, opts);
}
