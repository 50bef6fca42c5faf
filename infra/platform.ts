/** What a platform can do. The only file that `components/` need to know of either platform. */
import type { ComponentResourceOptions } from "@pulumi/pulumi";
import type { Image, Running, Workload } from "./workload.ts";

/** One of our services: a folder with a Dockerfile, built inside `context`. */
export interface ServiceSource {
  /** DNS label; also the image's repository name. */
  name: string;
  /** Absolute path of the build context. */
  context: string;
  /** Dockerfile path relative to the context. */
  dockerfile: string;
  /** Only these paths of the context (relative, files or folders) count for the content hash. */
  inputs: string[];
  /** Known at preview: an unknown build argument would hide the build from it. */
  args?: Record<string, string>;
  target?: string;
}

export interface Platform {
  readonly kind: "docker" | "kubernetes";
  /** Builds one of our services from source. */
  build(source: ServiceSource, opts: ComponentResourceOptions): Image;
  /**
   * An image of the table in images.ts: pulled by digest where the image registry answers, otherwise its equivalent is built.
   * Undefined where neither is possible at this site.
   */
  thirdParty(name: string, opts: ComponentResourceOptions): Image | undefined;
  run(workload: Workload, opts: ComponentResourceOptions): Running;
}
