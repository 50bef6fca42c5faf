/** What somebody else does to a cluster, and what is really there: requests that the plugin under test knows nothing of. */
import * as client from "@kubernetes/client-node";
import { type Cluster, connect, loadKubeConfig } from "./plugin/cluster.ts";
import { isNotFound } from "./plugin/failures.ts";
import { fields, list, nameOf, text } from "./plugin/objects.ts";
import { parseSettings } from "./plugin/settings.ts";
import { type Fields, isFields } from "./plugin/values.ts";

const MERGE = "application/merge-patch+json";

export class Outside {
  readonly #cluster: Cluster;

  constructor(kubeconfig: string) {
    this.#cluster = connect(loadKubeConfig(client, parseSettings({ kubeconfig }, {})));
  }

  async get(path: string): Promise<Fields | undefined> {
    try {
      return (await this.#cluster.request("GET", path)).body as Fields;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async create(path: string, body: Fields): Promise<void> {
    await this.#cluster.request("POST", path, { body });
  }

  /** As `kubectl patch` does, under any manager's name. */
  async patch(path: string, body: Fields, fieldManager: string): Promise<void> {
    await this.#cluster.request("PATCH", path, { body, contentType: MERGE, query: { fieldManager } });
  }

  async delete(path: string): Promise<void> {
    await this.#cluster.request("DELETE", path);
  }

  async pods(namespace: string): Promise<Fields[]> {
    return list(await this.get(`/api/v1/namespaces/${namespace}/pods`), "items").filter(isFields);
  }

  /** Stands for the kubelet, which doesn't run here: every pod of the namespace gets that status. */
  async setPodStatus(namespace: string, status: Fields): Promise<void> {
    for (const pod of await this.pods(namespace)) {
      const path = `/api/v1/namespaces/${namespace}/pods/${nameOf(pod)}/status`;
      await this.patch(path, { status }, "kubelet");
    }
  }

  /** Names of the managers that own fields by apply. */
  async appliers(path: string): Promise<string[]> {
    const managed = list(fields(await this.get(path), "metadata"), "managedFields");
    return managed.filter((entry) => text(entry, "operation") === "Apply").map((entry) => text(entry, "manager"));
  }
}
