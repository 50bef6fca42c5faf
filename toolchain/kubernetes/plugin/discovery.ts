/** Where the API server serves a kind: asked of the server itself, so custom resources work like any other. */
import type { Request } from "./cluster.ts";
import { isNotFound } from "./failures.ts";
import { at, fields, type Kind, list, text } from "./objects.ts";
import { Refusal } from "./refusal.ts";
import type { Fields, Value } from "./values.ts";

export interface Served {
  /** `deployments` */
  plural: string;
  namespaced: boolean;
}

export class Discovery {
  readonly #request: Request;
  readonly #groups = new Map<string, Promise<Value[]>>();
  /** Scopes of custom resources whose definitions this program is about to create. */
  readonly #announced = new Map<string, boolean>();

  constructor(request: Request) {
    this.#request = request;
  }

  async find({ apiVersion, kind }: Kind): Promise<Served | undefined> {
    const known = this.#groups.get(apiVersion) ?? this.#ask(apiVersion);
    this.#groups.set(apiVersion, known);
    try {
      const found = (await known).find((item) => text(item, "kind") === kind && !text(item, "name").includes("/"));
      if (found) return { plural: text(found, "name"), namespaced: at(found, "namespaced") === true };
    } catch (error) {
      this.#groups.delete(apiVersion);
      throw error;
    }
    this.#groups.delete(apiVersion); // a definition may be created meanwhile
    return undefined;
  }

  async get(kind: Kind): Promise<Served> {
    const served = await this.find(kind);
    if (served) return served;
    throw new UnknownKind(kind);
  }

  /** Whether objects of a kind lie in namespaces; most do, so that is the answer where nobody knows yet. */
  async isNamespaced(kind: Kind): Promise<boolean> {
    return (await this.find(kind))?.namespaced ?? this.#announced.get(`${kind.apiVersion} ${kind.kind}`) ?? true;
  }

  isAnnounced({ apiVersion, kind }: Kind): boolean {
    return this.#announced.has(`${apiVersion} ${kind}`);
  }

  announce(definition: Fields): void {
    const spec = fields(definition, "spec");
    for (const version of list(spec, "versions")) {
      const key = `${text(spec, "group")}/${text(version, "name")} ${text(spec, "names", "kind")}`;
      this.#announced.set(key, text(spec, "scope") !== "Cluster");
    }
  }

  async #ask(apiVersion: string): Promise<Value[]> {
    const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    try {
      return list((await this.#request("GET", path)).body, "resources");
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  }
}

/** The API server serves no such kind. */
export class UnknownKind extends Refusal {
  constructor({ apiVersion, kind }: Kind) {
    super({
      what: `the API server serves no ${kind} of ${apiVersion}`,
      given: `${apiVersion} ${kind}`,
      allowed: "kinds of this server: kubectl api-resources",
      remedy:
        "create its CustomResourceDefinition first and name it in dependsOn, or use a version that this server has",
    });
  }
}

export function pathOf({ apiVersion }: Kind, { plural, namespaced }: Served, namespace: string, name?: string): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const place = namespaced ? `/namespaces/${encodeURIComponent(namespace || "default")}` : "";
  return `${root}${place}/${plural}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
}
