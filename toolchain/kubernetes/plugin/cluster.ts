/** The way to an API server: a kubeconfig's cluster and credentials, and requests with retries and warnings. */
import { existsSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { homedir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type * as client from "@kubernetes/client-node";
import { ApiError, Unreachable } from "./failures.ts";
import { Refusal } from "./refusal.ts";
import type { Settings } from "./settings.ts";
import type { Fields, Value } from "./values.ts";

const REQUEST_MS = 60_000;
/** An API server that restarts is back within a few seconds; every request here may be sent twice. */
const RETRY_MS = [500, 1000, 2000, 4000];
const BUSY = [429, 502, 503, 504];

export interface RequestOptions {
  query?: Record<string, string>;
  body?: Fields;
  contentType?: string;
  signal?: AbortSignal;
  retries?: number;
}

export interface Answer {
  body: Value;
  warnings: string[];
}

export type Request = (method: string, path: string, options?: RequestOptions) => Promise<Answer>;

export interface Cluster {
  server: string;
  /** Of the context, else `default`. */
  namespace: string;
  request: Request;
}

export function loadKubeConfig({ KubeConfig }: typeof client, settings: Settings): client.KubeConfig {
  const config = new KubeConfig();
  const { kubeconfig } = settings;
  if (kubeconfig === "") config.loadFromDefault();
  else if (/^\s*[{]|(^|\n)\s*clusters:/.test(kubeconfig)) config.loadFromString(kubeconfig);
  else config.loadFromFile(existing(kubeconfig.replace(/^~(?=\/)/, homedir())));
  if (settings.context !== "") config.setCurrentContext(known("context", settings.context, config.getContexts()));
  const current = config.getCurrentContext();
  if (!config.getContextObject(current)) throw noContext(config);
  if (settings.cluster !== "") {
    const cluster = known("cluster", settings.cluster, config.getClusters());
    config.contexts = config.contexts.map((context) => (context.name === current ? { ...context, cluster } : context));
  }
  return config;
}

/** The server and its certificate authority: as much of an identity as a cluster has. */
export function clusterIdentity(config: client.KubeConfig): string {
  const { server, caData, caFile } = config.getCurrentCluster() ?? {};
  return JSON.stringify([server, caData, caFile]);
}

export function connect(config: client.KubeConfig): Cluster {
  const server = config.getCurrentCluster()?.server ?? "";
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace || "default";
  const request: Request = async (method, path, options = {}) => {
    const delays = RETRY_MS.slice(0, options.retries ?? RETRY_MS.length);
    for (;;) {
      try {
        return await send(config, server, method, path, options);
      } catch (error) {
        const delay = isPassing(error) && !options.signal?.aborted ? delays.shift() : undefined;
        if (delay === undefined) throw error;
        await sleep(delay, undefined, options.signal ? { signal: options.signal } : {});
      }
    }
  };
  return { server, namespace, request };
}

const isPassing = (error: unknown): boolean =>
  error instanceof Unreachable || (error instanceof ApiError && BUSY.includes(error.status));

async function send(
  config: client.KubeConfig,
  server: string,
  method: string,
  path: string,
  { query = {}, body, contentType = "application/json", signal }: RequestOptions,
): Promise<Answer> {
  const options: https.RequestOptions = { method, headers: { Accept: "application/json, */*" } };
  await config.applyToHTTPSOptions(options);
  // client-node makes agents that open a connection for each request.
  Object.assign(options.agent ?? {}, { keepAlive: true });
  const url = new URL(`${server.replace(/\/$/, "")}${path}`);
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  const limit = AbortSignal.timeout(REQUEST_MS);
  options.signal = signal ? AbortSignal.any([signal, limit]) : limit;
  const content = body && Buffer.from(JSON.stringify(body));
  // Node sends a body without its length where a method usually has none, as DELETE.
  const lengths = content && { "Content-Type": contentType, "Content-Length": content.length };
  options.headers = { ...options.headers, ...lengths };
  const { status, text, headers } = await exchange(url, options, content, signal);
  const parsed = parse(text, headers["content-type"]);
  if (status >= 400) throw new ApiError(status, parsed, `${method} ${path}`);
  return { body: parsed, warnings: parseWarnings(headers.warning) };
}

interface Reply {
  status: number;
  text: string;
  headers: http.IncomingHttpHeaders;
}

function exchange(
  url: URL,
  options: https.RequestOptions,
  content: Buffer | undefined,
  signal?: AbortSignal,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(signal?.aborted ? error : new Unreachable(url.origin, error));
    const request = (url.protocol === "http:" ? http : https).request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", fail);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers });
      });
    });
    request.on("error", fail);
    request.end(content);
  });
}

function parse(text: string, contentType = ""): Value {
  if (!contentType.includes("json")) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** RFC 7234: `299 - "spec.x: unknown field", 299 - "…"`. */
export function parseWarnings(header: string | string[] | undefined): string[] {
  const lines = header === undefined ? [] : [header].flat();
  const quoted = /299 \S+ "((?:[^"\\]|\\.)*)"/g;
  return lines.flatMap((line) =>
    [...line.matchAll(quoted)].map(([, message = ""]) => message.replaceAll(/\\(.)/g, "$1")),
  );
}

function existing(path: string): string {
  if (existsSync(path)) return path;
  throw new Refusal({
    what: "the kubeconfig is neither there nor readable as one",
    given: path.length > 200 ? "a text without clusters" : path,
    allowed: "the path of a kubeconfig, or its content as YAML or JSON",
    remedy: "correct kubernetes:kubeconfig, or the kubeconfig argument of the provider",
  });
}

function known(what: "context" | "cluster", name: string, present: { name: string }[]): string {
  if (present.some((item) => item.name === name)) return name;
  throw new Refusal({
    what: `the kubeconfig has no ${what} of that name`,
    given: name,
    allowed: present.map((item) => item.name).join(", ") || "none: it is empty",
    remedy: `correct kubernetes:${what}, or the ${what} argument of the provider`,
  });
}

function noContext(config: client.KubeConfig): Refusal {
  return new Refusal({
    what: "the kubeconfig names no current context",
    given: config.getCurrentContext() || "no current-context",
    allowed:
      config
        .getContexts()
        .map(({ name }) => name)
        .join(", ") || "none: it is empty",
    remedy: "set kubernetes:context",
  });
}
