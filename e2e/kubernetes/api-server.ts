/** An API server as a test asks it: what it says to an object, and what it keeps of it. */
import * as client from "@kubernetes/client-node";
import { connect, loadKubeConfig, type Request } from "../../toolchain/kubernetes/plugin/cluster.ts";
import { Discovery, pathOf } from "../../toolchain/kubernetes/plugin/discovery.ts";
import { ApiError } from "../../toolchain/kubernetes/plugin/failures.ts";
import { kindOf, nameOf, namespaceOf, text } from "../../toolchain/kubernetes/plugin/objects.ts";
import { Refusal } from "../../toolchain/kubernetes/plugin/refusal.ts";
import { parseSettings } from "../../toolchain/kubernetes/plugin/settings.ts";
import { type Fields, isFields, type Value } from "../../toolchain/kubernetes/plugin/values.ts";

export interface Said {
  /** In the words of the server; undefined where it took the object. */
  refused?: string;
  warnings: string[];
  /** As it stands in the server afterwards. */
  kept: Fields;
}

const STRICT = { fieldValidation: "Strict", fieldManager: "horizon" };
const DRY = { dryRun: "All" };

export class ApiServer {
  readonly #request: Request;
  readonly #discovery: Discovery;

  constructor(kubeconfig: string) {
    this.#request = connect(loadKubeConfig(client, parseSettings({ kubeconfig }, {}))).request;
    this.#discovery = new Discovery(this.#request);
  }

  async version(): Promise<string> {
    return text((await this.#request("GET", "/version")).body, "gitVersion");
  }

  /** Server-side apply, with every field checked. */
  apply(object: Fields, options: { dry?: boolean } = {}): Promise<Said> {
    return said(async () => {
      const kind = kindOf(object);
      const path = pathOf(kind, await this.#discovery.get(kind), namespaceOf(object), nameOf(object));
      const query = { ...STRICT, ...(options.dry && DRY) };
      return this.#request("PATCH", path, { body: object, contentType: "application/apply-patch+yaml", query });
    });
  }

  /** Whether a pod would be admitted. It is not made: nothing here would ever run it. */
  admit(pod: Fields): Promise<Said> {
    const path = `/api/v1/namespaces/${namespaceOf(pod)}/pods`;
    return said(() => this.#request("POST", path, { body: pod, query: { ...STRICT, ...DRY } }));
  }
}

async function said(ask: () => Promise<{ body: Value; warnings: string[] }>): Promise<Said> {
  try {
    const { body, warnings } = await ask();
    return { warnings, kept: isFields(body) ? body : {} };
  } catch (error) {
    if (!(error instanceof ApiError) && !(error instanceof Refusal)) throw error;
    return { refused: error.message, warnings: [], kept: {} };
  }
}
