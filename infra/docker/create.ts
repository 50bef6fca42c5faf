/** Creates what the translators describe. It decides nothing but order, and what may stand side by side while it is replaced. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { Container, type ContainerArgs, Network, RemoteImage, Volume } from "@pulumi/docker";
import type { ComponentResourceOptions, CustomResourceOptions, Input, Output, Resource } from "@pulumi/pulumi";
import { RandomBytes, RandomId } from "@pulumi/random";
import { hugePagePath } from "../latency.ts";
import { contents, directories } from "../mounts.ts";
import type { ServiceSource } from "../platform.ts";
import type { Image, Workload } from "../workload.ts";
import { buildLog } from "./build-log.ts";
import { replaceOnChanges } from "./container.ts";
import { contentHash as hashFiles, type Mounted, toFiller } from "./files.ts";
import { type BuildSite, contentHash, toBuiltImage, toPulledImage } from "./image.ts";
import { toHugePageVolume } from "./latency.ts";
import { type NetworkKind, toNetwork } from "./network.ts";
import { toFilesVolume, toStateVolume } from "./volume.ts";

/** A first build of everything shares the cores of a small machine; the provider gives up after 20 minutes by itself. */
const buildTimeouts = { create: "60m", update: "60m" };

/** The new one is made, and may fail, while the workload still runs on the old. */
const sideBySide = { deleteBeforeReplace: false };
/** The name is fixed, so the old one goes first. */
const oneAtATime = { deleteBeforeReplace: true };

export interface Files {
  mounted: Mounted[];
  hash: Output<string>;
  filler: Container;
}

export class Creator {
  readonly #stack: string;
  readonly #root: Resource;
  readonly #labelKey: RandomBytes;

  constructor(stack: string, root: Resource) {
    this.#stack = stack;
    this.#root = root;
    this.#labelKey = new RandomBytes("label-key", { length: 32 }, { parent: root });
  }

  builtImage(source: ServiceSource, title: string, site: BuildSite, opts: ComponentResourceOptions): Image {
    const content = contentHash(source, site.base);
    // The provider opens the log but doesn't make its folder.
    mkdirSync(dirname(buildLog(source.name)), { recursive: true });
    const name = `${source.name}.image`;
    const args = toBuiltImage(this.#stack, source, content, this.#version(name, content, opts), site);
    const image = new RemoteImage(name, args, this.#child(opts, { ...sideBySide, customTimeouts: buildTimeouts }));
    return { reference: image.imageId, content, origin: "built", title };
  }

  pulledImage(name: string, title: string, reference: string, opts: ComponentResourceOptions): Image {
    const image = new RemoteImage(`${name}.image`, toPulledImage(reference), this.#child(opts));
    return { reference: image.imageId, content: reference, origin: "pulled", title };
  }

  network(w: Workload, kind: NetworkKind, subnet: string, opts: ComponentResourceOptions): Network {
    const args = toNetwork(this.#stack, w.name, kind, subnet);
    return new Network(`${w.name}.${kind}`, args, this.#child(opts, oneAtATime));
  }

  state(w: Workload, protect: boolean, opts: ComponentResourceOptions): Volume | undefined {
    if (!w.state) return undefined;
    const options = this.#child(opts, { ...oneAtATime, protect, retainOnDelete: protect });
    return new Volume(`${w.name}.state`, toStateVolume(this.#stack, w), options);
  }

  hugePages(w: Workload, opts: ComponentResourceOptions): Mounted[] {
    return Object.entries(w.latency?.hugePages ?? {}).map(([page, size]) => {
      const args = toHugePageVolume(this.#stack, w, page, size);
      const volume = new Volume(`${w.name}.huge-${page}`, args, this.#child(opts, oneAtATime));
      return { directory: hugePagePath(page), volume: volume.name };
    });
  }

  /** Volumes with the workload's files and secrets, and the container that fills them. */
  files(w: Workload, opts: ComponentResourceOptions): Files | undefined {
    const paths = contents(w).map(({ path }) => path);
    if (paths.length === 0) return undefined;
    const hash = hashFiles(w, this.#labelKey.hex);
    const version = this.#version(`${w.name}.files`, hash, opts);
    const mounted = directories(paths).map((directory, index) => {
      const args = toFilesVolume(this.#stack, w, hash, version, index);
      const name = `${w.name}.files${directory.replaceAll("/", "-")}`;
      return { directory, volume: new Volume(name, args, this.#child(opts, sideBySide)).name };
    });
    const args = toFiller(this.#stack, w, hash, mounted);
    const filler = new Container(`${w.name}.files`, args, this.#child(opts, oneAtATime));
    return { mounted, hash, filler };
  }

  container(name: string, args: ContainerArgs, after: Resource[], opts: ComponentResourceOptions): Container {
    return new Container(name, args, this.#child(opts, { ...oneAtATime, dependsOn: after, replaceOnChanges }));
  }

  /**
   * A part of a name that is new whenever the content is, even when it goes back to what it was: after a failed update
   * the old object waits for its deletion, and a new one of the same name would be deleted in its place.
   */
  #version(name: string, content: Input<string>, opts: ComponentResourceOptions): Output<string> {
    return new RandomId(`${name}.version`, { byteLength: 4, keepers: { content } }, this.#child(opts)).hex;
  }

  /** Of a component's options, only the place in the tree and the order are its children's as well. */
  #child(
    { parent = this.#root, dependsOn }: ComponentResourceOptions,
    own: CustomResourceOptions = {},
  ): CustomResourceOptions {
    const order = [dependsOn, own.dependsOn].flatMap((given) => given ?? []);
    return { ...own, parent, ...(order.length > 0 && { dependsOn: order as Input<Resource>[] }) };
  }
}
