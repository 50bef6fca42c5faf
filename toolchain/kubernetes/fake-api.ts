/**
 * Enough of an API server for tests of the plugin's own protocol: discovery, apply, get, list, delete, and answers that
 * a test puts in. It merges what is applied and defaults nothing; what a real server does is tested against a real one.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Fields, isFields, type Value } from "./plugin/values.ts";

export interface FakeAnswer {
  status: number;
  body: Value;
  headers?: Record<string, string>;
}

export interface FakeRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Fields;
}

const RESOURCES: Record<string, [kind: string, plural: string, namespaced: boolean][]> = {
  "/api/v1": [
    ["Namespace", "namespaces", false],
    ["ConfigMap", "configmaps", true],
    ["Secret", "secrets", true],
    ["Service", "services", true],
    ["Pod", "pods", true],
    ["Event", "events", true],
    ["Node", "nodes", false],
  ],
  "/apis/apps/v1": [["Deployment", "deployments", true]],
  "/apis/discovery.k8s.io/v1": [["EndpointSlice", "endpointslices", true]],
};

export class FakeApi {
  readonly objects = new Map<string, Fields>();
  readonly requests: FakeRequest[] = [];
  /** Answers before the server does. */
  override: (request: FakeRequest) => FakeAnswer | undefined = () => undefined;
  #server: Server | undefined;
  #version = 1;

  async start(): Promise<void> {
    this.#server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        const url = new URL(incoming.url ?? "", "http://fake");
        const text = Buffer.concat(chunks).toString();
        const body = text === "" ? {} : JSON.parse(text);
        const request = { method: incoming.method ?? "", path: url.pathname, query: url.searchParams, body };
        this.requests.push(request);
        const { status, body: answer, headers } = this.override(request) ?? this.#answer(request);
        outgoing.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => this.#server?.listen(0, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  get kubeconfig(): string {
    if (!this.#server) throw new Error("not started");
    const { port } = this.#server.address() as AddressInfo;
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "fake",
      clusters: [{ name: "fake", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
      contexts: [{ name: "fake", context: { cluster: "fake", user: "fake" } }],
      users: [{ name: "fake", user: { token: "t" } }],
    });
  }

  #answer({ method, path, query, body }: FakeRequest): FakeAnswer {
    if (path === "/version") return { status: 200, body: { gitVersion: "v1.36.0" } };
    const served = RESOURCES[path];
    if (served) {
      const resources = served.map(([kind, name, namespaced]) => ({ kind, name, namespaced }));
      return { status: 200, body: { kind: "APIResourceList", resources } };
    }
    const stored = this.objects.get(path);
    if (method === "PATCH") return this.#apply(path, body, query.get("dryRun") === "All");
    if (method === "DELETE" && stored) {
      this.objects.delete(path);
      return { status: 200, body: stored };
    }
    if (stored) return { status: 200, body: stored };
    const items = [...this.objects].filter(([key]) => key.startsWith(`${path}/`)).map(([, object]) => object);
    const isList = Object.values(RESOURCES).some((kinds) => kinds.some(([, plural]) => path.endsWith(`/${plural}`)));
    return isList ? { status: 200, body: { items } } : notFound(path);
  }

  #apply(path: string, body: Fields, dryRun: boolean): FakeAnswer {
    const [, namespace] = /\/namespaces\/([^/]+)\/[^/]+\/[^/]+$/.exec(path) ?? [];
    if (namespace && namespace !== "default" && !this.objects.has(`/api/v1/namespaces/${namespace}`)) {
      return notFound(`/api/v1/namespaces/${namespace}`);
    }
    const stored = this.objects.get(path);
    const merged = merge(stored ?? {}, body) as Fields;
    const metadata = {
      ...(merged.metadata as Fields),
      uid: stored ? "old" : "new",
      resourceVersion: String(this.#version++),
    };
    const object = { ...merged, metadata };
    if (!dryRun) this.objects.set(path, object);
    return { status: stored ? 200 : 201, body: object };
  }
}

export function statusOf(status: number, message: string, more: Fields = {}): FakeAnswer {
  return { status, body: { kind: "Status", status: "Failure", code: status, message, ...more } };
}

function notFound(path: string): FakeAnswer {
  const [kind = "", name = ""] = path.split("/").slice(-2);
  return statusOf(404, `${kind} "${name}" not found`, { reason: "NotFound", details: { kind, name } });
}

function merge(before: Value, after: Value): Value {
  if (!isFields(before) || !isFields(after)) return after;
  const entries = Object.entries(after).map(([key, value]) => [key, merge(before[key] ?? null, value)]);
  return { ...before, ...Object.fromEntries(entries) };
}
