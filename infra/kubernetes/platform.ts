/** Kubernetes as a platform: checks a workload, asks the pure translators what it becomes, and has that made. */
import { ComponentResource, type ComponentResourceOptions, output, type Resource } from "@pulumi/pulumi";
import { checkWorkload } from "../check.ts";
import type { ThirdParty } from "../docker/platform.ts";
import { refuse } from "../errors.ts";
import type { Platform, ServiceSource } from "../platform.ts";
import { Remembered } from "../remembered.ts";
import { described, isRunning } from "../running.ts";
import type { Image, Running, Size, Workload } from "../workload.ts";
import { checkKubernetes } from "./check.ts";
import type { Context } from "./context.ts";
import { checkExposure } from "./exposure.ts";
import type { Made, Maker } from "./maker.ts";
import { toNamespace } from "./namespace.ts";
import { toDefaultDeny } from "./network-policy.ts";
import { toObjects } from "./objects.ts";
import { toPriorityClasses } from "./priority-class.ts";

export interface KubernetesOptions extends Omit<Context, "hashKey"> {
  /** How an operator's kubectl is called for this cluster and namespace. */
  kubectl: string;
  /** What the configuration changes of a workload's resources, and of how many of it run. */
  resources: Record<string, { cpu?: number | undefined; memory?: Size | undefined } | undefined>;
  replicas: Record<string, number | undefined>;
  /** Where a third-party image comes from; undefined where it can't be had. */
  thirdParty(name: string): ThirdParty | undefined;
}

export class KubernetesPlatform extends ComponentResource implements Platform {
  readonly kind = "kubernetes";
  readonly #options: KubernetesOptions;
  readonly #context: Context;
  readonly #maker: Maker;
  readonly #known = new Remembered<Made>();

  constructor(options: KubernetesOptions, makerUnder: (root: Resource) => Maker, opts: ComponentResourceOptions = {}) {
    super("infra:kubernetes:Platform", "kubernetes", {}, opts);
    this.#options = options;
    this.#maker = makerUnder(this);
    this.#context = { ...options, hashKey: this.#maker.hashKey };
    const { stack, namespace } = options;
    this.#maker.shared({
      namespace: toNamespace(stack, namespace),
      defaultDeny: toDefaultDeny(options),
      priorityClasses: toPriorityClasses(stack),
    });
    this.registerOutputs();
  }

  build(source: ServiceSource, opts: ComponentResourceOptions): Image {
    return this.#maker.builtImage(source, source.name, opts);
  }

  /** A pulled image has nothing to be made for it: the nodes pull it themselves. */
  thirdParty(name: string, opts: ComponentResourceOptions): Image | undefined {
    const found = this.#options.thirdParty(name);
    if (!found) return undefined;
    if (found.origin === "built") return this.#maker.builtImage(found.source, found.title, opts);
    const { reference, title } = found;
    return { reference: output(reference), content: reference, origin: "pulled", title };
  }

  run(given: Workload, opts: ComponentResourceOptions): Running {
    const w = this.#overridden(given);
    const needs = [...new Set(w.needs ?? [])];
    const needed = needs.filter(isRunning).map((running) => this.#known.of(w, running));
    refuse(checkWorkload(w));
    refuse([...checkKubernetes(w), ...checkExposure(w, this.#options.exposing)]);
    const objects = toObjects(w, this.#context);
    const after = needed.flatMap(({ resources }) => resources);
    const made = this.#maker.workload(w, objects, after, opts);
    const running: Running = {
      ...described(w, needs),
      ready: made.ready,
      image: w.image.reference,
      handle: `${objects.controller.kind.toLowerCase()}/${w.name}`,
      ...this.#outside(w),
    };
    return this.#known.add(running, made);
  }

  #overridden(w: Workload): Workload {
    const { resources, replicas } = this.#options;
    const { cpu = w.resources.cpu, memory = w.resources.memory } = resources[w.name] ?? {};
    const count = replicas[w.name] ?? w.replicas;
    return { ...w, resources: { cpu, memory }, ...(count !== undefined && { replicas: count }) };
  }

  /** Nothing listens on the machine of whoever goes to a loopback address, until kubectl does. */
  #outside(w: Workload): Pick<Running, "exposed" | "forward"> {
    const { exposing, kubectl } = this.#options;
    const { kind, host } = exposing;
    const ports = Object.entries(w.expose ?? {});
    const pairs = ports.map(([name, port]) => `${port}:${w.ports[name]}`);
    const closed = ports.length > 0 && kind === "clusterIP" && isLoopback(host);
    return {
      exposed: Object.fromEntries(ports.map(([name, port]) => [name, `${host}:${port}`])),
      ...(closed && { forward: `${kubectl} port-forward service/${w.name} ${pairs.join(" ")}` }),
    };
  }
}

const isLoopback = (host: string): boolean => host === "localhost" || host.startsWith("127.");
