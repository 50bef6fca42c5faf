/**
 * Writes down what a cluster would be given, without one. Nothing secret is among it: a Secret has placeholders for its
 * contents. Images that are built here are named by their content, because only a push gives them a digest.
 */
import { isSecret, type Output, output } from "@pulumi/pulumi";
import { contentHash, repository } from "../docker/image.ts";
import { UserError } from "../errors.ts";
import { contents } from "../mounts.ts";
import { product } from "../names.ts";
import type { ServiceSource } from "../platform.ts";
import type { Image, Workload } from "../workload.ts";
import { certificateKeys } from "./certificate.ts";
import { keyOf } from "./files.ts";
import type { Made, Maker, Shared } from "./maker.ts";
import { manifests, type Objects } from "./objects.ts";

export interface WriterOptions {
  stack: string;
  /** Absent: a name that resolves nowhere. */
  registry?: string | undefined;
  base: { reference: string; content: string };
}

/** What belongs together, by the workload's name or, for what the stack has once, the product's. */
export type Written = Map<string, readonly unknown[]>;

export class Writer implements Maker {
  readonly hashKey = "";
  readonly #options: WriterOptions;
  readonly #written = new Map<string, readonly unknown[]>();

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  shared({ namespace, priorityClasses, defaultDeny }: Shared): void {
    this.#written.set(product, [namespace, ...priorityClasses, defaultDeny]);
  }

  builtImage(source: ServiceSource, title: string): Image {
    const { registry = "registry.invalid", stack, base } = this.#options;
    const content = contentHash(source, base);
    const reference = output(`${registry}/${repository(stack, source.name)}:${content.slice(0, 12)}`);
    return { reference, content, origin: "built", title };
  }

  workload(w: Workload, objects: Objects): Made {
    const { secret, certificate } = objects;
    const held = {
      secret: secret && emptied(secret, placeholders(w)),
      certificate: certificate && w.tls && emptied(certificate, said(certificateKeys(w.tls))),
    };
    this.#written.set(w.name, manifests({ ...objects, ...held, controller: unsigned(objects) } as unknown as Objects));
    return { resources: [], ready: output(undefined) };
  }

  /** In the order of names; throws where something secret would be written. */
  async written(): Promise<Written> {
    const names = [...this.#written.keys()].sort((a, b) => (a === product ? -1 : b === product || a > b ? 1 : -1));
    const all = await Promise.all(names.map(async (name) => [name, await this.#plain(name)] as const));
    return new Map(all);
  }

  async #plain(name: string): Promise<readonly unknown[]> {
    const known = output(this.#written.get(name)) as Output<readonly unknown[]>;
    if (await isSecret(known)) throw new UserError(secretOutside(name));
    return new Promise((resolve) => known.apply(resolve));
  }
}

const emptied = (secret: object, stringData: Record<string, string>) => ({ ...secret, data: undefined, stringData });

const said = (paths: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(paths).map(([key, path]) => [key, `PLACEHOLDER for ${path}`]));

function placeholders(w: Workload): Record<string, string> {
  const secrets = contents(w).filter(({ secret }) => secret);
  return said(Object.fromEntries(secrets.map(({ path }) => [keyOf(path), path])));
}

/** Without the secrets' hash, which would be one of placeholders. */
function unsigned({ controller }: Objects) {
  const { template } = controller.spec;
  const { "cipherhorizon.secrets": _, ...annotations } = template.metadata.annotations as Record<string, unknown>;
  const metadata = { ...template.metadata, annotations };
  return { ...controller, spec: { ...controller.spec, template: { ...template, metadata } } };
}

function secretOutside(workload: string) {
  return {
    where: `workload ${workload}`,
    what: "something secret stands outside its secrets, and would be written in the clear",
    given: "a secret value in its files or its command",
    allowed: "secret values in `secrets` only",
    remedy: "move it there",
  };
}
