/** Operations on single objects and the lists beside them. */
import type { Answer, Cluster } from "./cluster.ts";
import { Discovery, pathOf } from "./discovery.ts";
import { ApiError, conflictRefusal, isConflict, isNotFound, mayOverrule } from "./failures.ts";
import { type Kind, kindOf, label, list, nameOf, namespaceOf } from "./objects.ts";
import { type Fields, isFields, type Value } from "./values.ts";

export interface ApplyOptions {
  fieldManager: string;
  force: boolean;
  dryRun?: boolean;
  signal?: AbortSignal;
}

export class Api {
  readonly discovery: Discovery;
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.discovery = new Discovery(cluster.request);
  }

  async get(kind: Kind, namespace: string, name: string, signal?: AbortSignal): Promise<Fields | undefined> {
    const path = pathOf(kind, await this.discovery.get(kind), namespace, name);
    return orAbsent(async () => (await this.#cluster.request("GET", path, withSignal(signal))).body as Fields);
  }

  /** Server-side apply; what only kubectl or an older plugin owns is taken over, other managers' fields only by force. */
  async apply(object: Fields, options: ApplyOptions): Promise<{ object: Fields; warnings: string[] }> {
    try {
      return await this.#apply(object, options);
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (!mayOverrule(error)) throw conflictRefusal(label(object), error);
      return this.#apply(object, { ...options, force: true });
    }
  }

  async #apply(object: Fields, { fieldManager, force, dryRun, signal }: ApplyOptions) {
    const kind = kindOf(object);
    const path = pathOf(kind, await this.discovery.get(kind), namespaceOf(object), nameOf(object));
    const query = { fieldManager, force: String(force), fieldValidation: "Warn", ...(dryRun ? { dryRun: "All" } : {}) };
    const contentType = "application/apply-patch+yaml"; // JSON is YAML
    const answer = await this.#cluster.request("PATCH", path, {
      query,
      body: object,
      contentType,
      ...withSignal(signal),
    });
    return { object: answer.body as Fields, warnings: answer.warnings };
  }

  /** False when the object was gone already. */
  async delete(
    kind: Kind,
    namespace: string,
    name: string,
    propagation: string,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const path = pathOf(kind, await this.discovery.get(kind), namespace, name);
    const body = { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: propagation };
    return (await orAbsent(() => this.#cluster.request("DELETE", path, { body, ...withSignal(signal) }))) !== undefined;
  }

  /** Objects of a kind; empty where this user may not list them, since they are asked for only to say why something waits. */
  async list(kind: Kind, namespace: string, query: Record<string, string>, signal?: AbortSignal): Promise<Fields[]> {
    try {
      const path = pathOf(kind, await this.discovery.get(kind), namespace);
      const { body } = await this.#cluster.request("GET", path, { query, ...withSignal(signal) });
      return list(body, "items").filter(isFields);
    } catch (error) {
      if (error instanceof ApiError && [403, 404].includes(error.status)) return [];
      throw error;
    }
  }

  /** The last lines of a container's log, or undefined where there are none. */
  async log(namespace: string, pod: string, query: Record<string, string>): Promise<string | undefined> {
    try {
      const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`;
      const { body }: Answer = await this.#cluster.request("GET", path, { query, retries: 0 });
      return typeof body === "string" ? body : JSON.stringify(body as Value);
    } catch {
      return undefined; // the log only explains a failure that is reported anyway
    }
  }
}

const withSignal = (signal?: AbortSignal): { signal?: AbortSignal } => (signal ? { signal } : {});

async function orAbsent<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
