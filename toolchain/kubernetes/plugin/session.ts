/** What every operation needs: the cluster as it was configured, or the reason why there is none. */
import type * as client from "@kubernetes/client-node";
import { Api } from "./api.ts";
import { connect, loadKubeConfig } from "./cluster.ts";
import { unreachableRefusal } from "./failures.ts";
import type { Host } from "./host.ts";
import { isSet } from "./objects.ts";
import type { Settings } from "./settings.ts";
import type { Fields } from "./values.ts";

/** Enough for an API server that is just starting; a cluster that is away should not hold up a preview. */
const PROBE_RETRIES = 2;

export class Session {
  readonly settings: Settings;
  readonly host: Host;
  /** Aborted when the user cancels. */
  readonly signal: AbortSignal;
  readonly unreachable: string | undefined;
  readonly #api: Api | undefined;
  readonly #namespace: string;

  constructor(parts: {
    settings: Settings;
    host: Host;
    signal: AbortSignal;
    api?: Api;
    namespace: string;
    unreachable?: string;
  }) {
    this.settings = parts.settings;
    this.host = parts.host;
    this.signal = parts.signal;
    this.unreachable = parts.unreachable;
    this.#api = parts.api;
    this.#namespace = parts.namespace;
  }

  /** The API server, for an action that can't be done without it. */
  api(action: string): Api {
    if (this.#api) return this.#api;
    throw unreachableRefusal(this.unreachable ?? "not configured", action);
  }

  /** For objects that name no namespace. */
  get namespace(): string {
    return this.settings.namespace || this.#namespace;
  }

  forces(inputs: Fields): boolean {
    return this.settings.enablePatchForce || isSet(inputs, "pulumi.com/patchForce");
  }

  /** Warnings of the API server; one about a deprecated version may be unwanted. */
  report(urn: string, warnings: string[]): void {
    const wanted = warnings.filter(
      (text) => !(this.settings.suppressDeprecationWarnings && /is deprecated/.test(text)),
    );
    for (const text of new Set(wanted)) this.host.warn(urn, text);
  }
}

/** A cluster that can't be reached is no failure yet: what needs it says so, and the state can still be worked on. */
export async function openSession(
  module: typeof client,
  settings: Settings,
  host: Host,
  signal: AbortSignal,
): Promise<Session> {
  try {
    const cluster = connect(loadKubeConfig(module, settings));
    await cluster.request("GET", "/version", { signal, retries: PROBE_RETRIES });
    return new Session({ settings, host, signal, api: new Api(cluster), namespace: cluster.namespace });
  } catch (error) {
    const unreachable = error instanceof Error ? error.message : String(error);
    return new Session({ settings, host, signal, namespace: "default", unreachable });
  }
}
