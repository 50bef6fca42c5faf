/** Docker as a platform: checks a workload, asks the pure translators what it becomes, and has that created. */
import type { Container, Network } from "@pulumi/docker";
import { ComponentResource, type ComponentResourceOptions, log } from "@pulumi/pulumi";
import { checkWorkload } from "../check.ts";
import { refuse } from "../errors.ts";
import { checkObjectName, objectName } from "../names.ts";
import type { Platform, ServiceSource } from "../platform.ts";
import { Remembered } from "../remembered.ts";
import { described, isRunning } from "../running.ts";
import type { Image, Running, Size, Workload } from "../workload.ts";
import { checkDocker } from "./check.ts";
import { toContainer } from "./container.ts";
import { Creator } from "./create.ts";
import type { HostFacts } from "./host.ts";
import type { BuildSite } from "./image.ts";
import { memlockDegraded } from "./latency.ts";
import { type Joined, join } from "./members.ts";
import { bridgeName, type NetworkKind, networkKey, networkKinds } from "./network.ts";
import { Subnets } from "./subnets.ts";

export interface DockerOptions {
  stack: string;
  subnetPool: string;
  /** Subnets of networks that shouldn't take the slot that their name hashes to. */
  subnets: Record<string, string>;
  bindAddress: string;
  /** State volumes can't be deleted, and outlive the stack. */
  protect: boolean;
  /** What the configuration changes of a workload's resources. */
  resources: Record<string, { cpu?: number | undefined; memory?: Size | undefined } | undefined>;
  site: BuildSite;
  host: HostFacts | undefined;
  /** Where a third-party image comes from; undefined where it can't be had. */
  thirdParty(name: string): ThirdParty | undefined;
}

export type ThirdParty =
  | { origin: "pulled"; title: string; reference: string }
  | { origin: "built"; title: string; source: ServiceSource };

/** What this platform remembers of a workload for those who need it. */
interface Known {
  container: Container;
  own: Joined | undefined;
}

export class DockerPlatform extends ComponentResource implements Platform {
  readonly kind = "docker";
  readonly #options: DockerOptions;
  readonly #create: Creator;
  readonly #subnets: Subnets;
  readonly #known = new Remembered<Known>();
  readonly #hostPorts = new Map<number, string>();

  constructor(options: DockerOptions, opts: ComponentResourceOptions = {}) {
    super("infra:docker:Platform", "docker", {}, opts);
    this.#options = options;
    this.#create = new Creator(options.stack, this);
    this.#subnets = new Subnets(options.subnetPool, options.subnets, options.host?.routes);
    this.registerOutputs();
  }

  build(source: ServiceSource, opts: ComponentResourceOptions): Image {
    return this.#create.builtImage(source, source.name, this.#options.site, opts);
  }

  thirdParty(name: string, opts: ComponentResourceOptions): Image | undefined {
    const found = this.#options.thirdParty(name);
    if (!found) return undefined;
    if (found.origin === "pulled") return this.#create.pulledImage(name, found.title, found.reference, opts);
    return this.#create.builtImage(found.source, found.title, this.#options.site, opts);
  }

  run(given: Workload, opts: ComponentResourceOptions): Running {
    const w = this.#overridden(given);
    const needs = [...new Set(w.needs ?? [])];
    this.#check(w);
    const needed = needs.filter(isRunning).map((running) => this.#known.of(w, running));
    const { container, own } = this.#run(w, needed, opts);
    const running: Running = {
      ...described(w, needs),
      ready: container.id,
      image: container.image,
      handle: objectName(this.#options.stack, w.name),
      exposed: this.#exposed(w),
    };
    return this.#known.add(running, { container, own });
  }

  #run(w: Workload, needed: Known[], opts: ComponentResourceOptions): Known {
    const { stack, bindAddress, host, protect } = this.#options;
    const [own, outside] = (["own", "outside"] as const).map((kind) => this.#network(w, kind, opts));
    const providers = needed.flatMap(({ own: network }) => network ?? []);
    for (const network of providers) join(network, w.name);
    const files = this.#create.files(w, opts);
    const state = this.#create.state(w, protect, opts);
    const args = toContainer(w, {
      stack,
      bindAddress,
      networks: {
        ...(own && { own: own.resource.name }),
        ...(outside && { outside: outside.resource.name }),
        needs: providers.map(({ resource }) => resource.name),
      },
      ...(files && { files }),
      ...(state && { state: state.name }),
      hugePages: this.#create.hugePages(w, opts),
      raisesMemlock: host?.raisesMemlock ?? false,
    });
    if (w.latency?.lockMemory && host && !host.raisesMemlock) log.warn(`workload ${w.name}: ${memlockDegraded}`);
    const after = [...needed.map(({ container }) => container), ...(files ? [files.filler] : [])];
    return { container: this.#create.container(w.name, args, after, opts), own };
  }

  #network(w: Workload, kind: NetworkKind, opts: ComponentResourceOptions): Joined | undefined {
    if (!networkKinds(w).includes(kind)) return undefined;
    const key = networkKey(w.name, kind);
    const allocation = this.#subnets.allocate(key, bridgeName(this.#options.stack, key));
    const resource: Network = this.#create.network(w, kind, allocation.subnet, opts);
    return { ...allocation, resource, members: new Set([w.name]) };
  }

  #overridden(w: Workload): Workload {
    const { cpu = w.resources.cpu, memory = w.resources.memory } = this.#options.resources[w.name] ?? {};
    return { ...w, resources: { cpu, memory } };
  }

  #check(w: Workload): void {
    const { stack, host } = this.#options;
    refuse([...checkWorkload(w), ...checkObjectName(stack, w.name)]);
    refuse(checkDocker(w, host, this.#hostPorts));
    for (const port of Object.values(w.expose ?? {})) this.#hostPorts.set(port, w.name);
  }

  #exposed(w: Workload): Record<string, string> {
    const published = Object.entries(w.expose ?? {});
    return Object.fromEntries(published.map(([name, port]) => [name, `${this.#options.bindAddress}:${port}`]));
  }
}
