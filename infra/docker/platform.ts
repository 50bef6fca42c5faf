/** Docker as a platform: asks the pure translators what a workload becomes, and creates that. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { Container, Network, RemoteImage, Volume } from "@pulumi/docker";
import type { ComponentResourceOptions, CustomResourceOptions, Input, Resource } from "@pulumi/pulumi";
import { ComponentResource, log } from "@pulumi/pulumi";
import { RandomBytes } from "@pulumi/random";
import { checkWorkload } from "../check.ts";
import { refuse, UserError } from "../errors.ts";
import { hugePagePath } from "../latency.ts";
import { contents, directories } from "../mounts.ts";
import { checkObjectName, objectName } from "../names.ts";
import type { Platform, ServiceSource } from "../platform.ts";
import type { Image, Running, Size, Workload } from "../workload.ts";
import { checkDocker } from "./check.ts";
import { type ContainerContext, replaceOnChanges, toContainer } from "./container.ts";
import { contentHash as hashFiles, toFiller } from "./files.ts";
import type { HostFacts } from "./host.ts";
import { type BuildSite, buildLog, contentHash, toBuiltImage, toPulledImage } from "./image.ts";
import { memlockDegraded, toHugePageVolume } from "./latency.ts";
import { type Joined, join } from "./members.ts";
import { bridgeName, type NetworkKind, networkKey, networkKinds, toNetwork } from "./network.ts";
import { Subnets } from "./subnets.ts";
import { toFilesVolume, toStateVolume } from "./volume.ts";

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

/** The name changes with the content, so the new one is made, and may fail, while the workload still runs on the old. */
const sideBySide = { deleteBeforeReplace: false };

export class DockerPlatform extends ComponentResource implements Platform {
  readonly kind = "docker";
  readonly #options: DockerOptions;
  readonly #subnets: Subnets;
  readonly #labelKey: RandomBytes;
  readonly #known = new Map<Running, Known>();
  readonly #hostPorts = new Map<number, string>();

  constructor(options: DockerOptions, opts: ComponentResourceOptions = {}) {
    super("infra:docker:Platform", "docker", {}, opts);
    this.#options = options;
    this.#subnets = new Subnets(options.subnetPool, options.subnets, options.host?.routes);
    this.#labelKey = new RandomBytes("label-key", { length: 32 }, { parent: this });
    this.registerOutputs();
  }

  build(source: ServiceSource, opts: ComponentResourceOptions): Image {
    return this.#build(source, source.name, opts);
  }

  thirdParty(name: string, opts: ComponentResourceOptions): Image | undefined {
    const found = this.#options.thirdParty(name);
    if (found?.origin !== "pulled") return found && this.#build(found.source, found.title, opts);
    const image = new RemoteImage(`${name}.image`, toPulledImage(found.reference), this.#child(opts, sideBySide));
    return { reference: image.imageId, content: found.reference, origin: "pulled", title: found.title };
  }

  run(given: Workload, opts: ComponentResourceOptions): Running {
    const w = this.#overridden(given);
    const needs = [...new Set(w.needs ?? [])];
    const needed = needs.map((running) => this.#find(w, running));
    this.#check(w);
    const { container, own } = this.#create(w, needed, opts);
    const running: Running = {
      name: w.name,
      host: w.name,
      ports: w.ports,
      ...(w.metrics && { metrics: w.metrics }),
      ready: container.id,
      image: container.image,
      handle: objectName(this.#options.stack, w.name),
      needs: needs.map(({ name }) => name),
      exposed: this.#exposed(w),
    };
    this.#known.set(running, { container, own });
    return running;
  }

  #create(w: Workload, needed: Known[], opts: ComponentResourceOptions): Known {
    const { stack, bindAddress, host } = this.#options;
    const [own, outside] = (["own", "outside"] as const).map((kind) => this.#network(w, kind, opts));
    const providers = needed.flatMap(({ own: network }) => network ?? []);
    for (const network of providers) join(network, w.name);
    const files = this.#files(w, opts);
    const state = this.#state(w, opts);
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
      hugePages: this.#hugePages(w, opts),
      raisesMemlock: host?.raisesMemlock ?? false,
    });
    if (w.latency?.lockMemory && host && !host.raisesMemlock) log.warn(`workload ${w.name}: ${memlockDegraded}`);
    const after = [...needed.map(({ container }) => container), ...(files ? [files.filler] : [])];
    const options = this.#child(opts, { dependsOn: after, deleteBeforeReplace: true, replaceOnChanges });
    return { container: new Container(w.name, args, options), own };
  }

  #network(w: Workload, kind: NetworkKind, opts: ComponentResourceOptions): Joined | undefined {
    if (!networkKinds(w).includes(kind)) return undefined;
    const { stack } = this.#options;
    const key = networkKey(w.name, kind);
    const allocation = this.#subnets.allocate(key, bridgeName(stack, key));
    const args = toNetwork(stack, w.name, kind, allocation.subnet);
    // Neither two subnets that overlap nor two networks of one name exist at once.
    const resource = new Network(`${w.name}.${kind}`, args, this.#child(opts, { deleteBeforeReplace: true }));
    return { ...allocation, resource, members: new Set([w.name]) };
  }

  #files(w: Workload, opts: ComponentResourceOptions): (ContainerContext["files"] & { filler: Container }) | undefined {
    const held = contents(w).map(({ path }) => path);
    if (held.length === 0) return undefined;
    const { stack } = this.#options;
    const hash = hashFiles(w, this.#labelKey.hex);
    const mounted = directories(held).map((directory, index) => {
      const name = `${w.name}.files${directory.replaceAll("/", "-")}`;
      const options = this.#child(opts, sideBySide);
      return { directory, volume: new Volume(name, toFilesVolume(stack, w, hash, index), options).name };
    });
    const args = toFiller(stack, w, hash, mounted);
    const filler = new Container(`${w.name}.files`, args, this.#child(opts, { deleteBeforeReplace: true }));
    return { mounted, hash, filler };
  }

  #state(w: Workload, opts: ComponentResourceOptions): Volume | undefined {
    const { stack, protect } = this.#options;
    if (!w.state) return undefined;
    const options = this.#child(opts, { protect, retainOnDelete: protect, deleteBeforeReplace: true });
    return new Volume(`${w.name}.state`, toStateVolume(stack, w), options);
  }

  #hugePages(w: Workload, opts: ComponentResourceOptions): { directory: string; volume: Input<string> }[] {
    const wanted = Object.entries(w.latency?.hugePages ?? {});
    return wanted.map(([page, size]) => {
      const args = toHugePageVolume(this.#options.stack, w, page, size);
      const volume = new Volume(`${w.name}.huge-${page}`, args, this.#child(opts, { deleteBeforeReplace: true }));
      return { directory: hugePagePath(page), volume: volume.name };
    });
  }

  #build(source: ServiceSource, title: string, opts: ComponentResourceOptions): Image {
    const { stack, site } = this.#options;
    const content = contentHash(source, site.base);
    // The provider opens the log but doesn't make its folder.
    mkdirSync(dirname(buildLog(source.name)), { recursive: true });
    const image = new RemoteImage(
      `${source.name}.image`,
      toBuiltImage(stack, source, content, site),
      this.#child(opts),
    );
    return { reference: image.imageId, content, origin: "built", title };
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

  #find(w: Workload, running: Running): Known {
    const known = this.#known.get(running);
    if (known) return known;
    throw new UserError({
      where: `workload ${w.name}, needs`,
      what: "a needed workload isn't run by this platform",
      given: running.name,
      allowed: "what `run` of the same platform has returned",
      remedy: "pass the returned value itself, not a copy",
    });
  }

  /** Only the place in the tree and the order are taken over; a component's other options are not its children's. */
  #child(
    { parent = this, dependsOn }: ComponentResourceOptions,
    own: CustomResourceOptions = {},
  ): CustomResourceOptions {
    const order = [dependsOn, own.dependsOn].flatMap((given) => (given === undefined ? [] : [given]));
    return { ...own, parent, ...(order.length > 0 && { dependsOn: order.flat() as Input<Resource>[] }) };
  }
}
