/** The way to a stack's cluster: its kubeconfig, its namespace, requests that end, and failures that say what to do. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { ApiException, createConfiguration, KubeConfig, ServerConfiguration } from "@kubernetes/client-node";
import type { Problem } from "../../../infra/errors.ts";
import { UserError } from "../../../infra/errors.ts";
import { product } from "../../../infra/names.ts";
import { OperationFailed } from "../../errors.ts";
import { readStackConfig } from "../../stack/config.ts";

export interface Cluster {
  stack: string;
  namespace: string;
  server: string;
  config: KubeConfig;
}

/** How long one request may take, in milliseconds. */
const requestLimit = 30_000;

export function clusterOf(stack: string): Cluster {
  const { context, kubeconfig, namespace = `${product}-${stack}` } = readStackConfig(stack).kubernetes;
  const config = loadKubeconfig(kubeconfig, context);
  return { stack, namespace, server: config.getCurrentCluster()?.server ?? "", config };
}

/** Throws a UserError where there is no kubeconfig, or none of that context. */
export function loadKubeconfig(file: string | undefined, context: string | undefined): KubeConfig {
  const config = new KubeConfig();
  const path = file?.replace(/^~(?=\/)/, homedir());
  if (path !== undefined && !existsSync(path)) throw new UserError(noKubeconfig(path));
  if (path === undefined) config.loadFromDefault();
  else config.loadFromFile(path);
  const contexts = config.getContexts().map(({ name }) => name);
  // The library makes one up where it finds no file: an address that nobody chose.
  const made = path === undefined && config.getCurrentContext() === "loaded-context";
  if (made) throw new UserError(noKubeconfig("no KUBECONFIG, and no ~/.kube/config"));
  if (context !== undefined && contexts.includes(context)) config.setCurrentContext(context);
  else if (context !== undefined) throw new UserError(noContext(context, contexts));
  if (config.getCurrentCluster() === null) throw new UserError(noContext("no current context", contexts));
  return config;
}

type ApiOf<T> = new (configuration: ReturnType<typeof createConfiguration>) => T;

/** A part of the API whose requests end by themselves. */
export function api<T>({ config, server }: Cluster, of: ApiOf<T>, limit = requestLimit): T {
  return new of(
    createConfiguration({
      baseServer: new ServerConfiguration(server, {}),
      authMethods: { default: config },
      promiseMiddleware: [
        {
          pre: async (request) => {
            request.setSignal(AbortSignal.timeout(limit));
            return request;
          },
          post: async (response) => response,
        },
      ],
    }),
  );
}

/** What asking gave, or the failure in words that help. */
export async function asked<T>(cluster: Cluster, what: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw explained(cluster, what, error);
  }
}

export const isNotFound = (error: unknown): boolean => error instanceof ApiException && error.code === 404;

export function explained({ server, stack }: Pick<Cluster, "server" | "stack">, what: string, error: unknown): Error {
  if (error instanceof UserError) return error;
  const where = `stack ${stack}`;
  const code = codeOf(error);
  if (code === undefined) {
    return new OperationFailed({
      where,
      what: `can't ${what}: the cluster does not answer`,
      given: `${server}: ${reason(error)}`,
      allowed: "an API server that answers within 30 s",
      remedy: "start the cluster (the lab: `horizon lab up`), or correct kubernetes.kubeconfig and kubernetes.context",
    });
  }
  const denied = code === 401 || code === 403;
  return new OperationFailed({
    where,
    what: `can't ${what}: the cluster ${denied ? "does not allow it" : "refuses"}`,
    given: error instanceof ApiException ? messageOf(error) : reason(error),
    allowed: denied ? "credentials with the rights that `horizon doctor` lists" : "see the cluster's own words above",
    remedy: denied
      ? "use other credentials in the kubeconfig, or have the rights granted"
      : "mend the cause and run the same command again",
  });
}

/** The HTTP status of an answer; undefined where there was none. A refused WebSocket has it in its message only. */
function codeOf(error: unknown): number | undefined {
  if (error instanceof ApiException) return error.code;
  const code = /Unexpected server response: (\d{3})/.exec(reason(error))?.[1];
  return code === undefined ? undefined : Number(code);
}

/** The API server's own words, whole. */
export function messageOf(error: ApiException<unknown>): string {
  const { body, code } = error;
  const status = typeof body === "string" ? parsed(body) : body;
  const message = (status as { message?: string } | undefined)?.message;
  return message ?? `HTTP ${code}${typeof body === "string" && body !== "" ? `: ${body.slice(0, 500)}` : ""}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String((error as { message?: string } | undefined)?.message ?? error);
  const cause = error.cause instanceof Error ? error.cause : undefined;
  return cause?.message || (cause as NodeJS.ErrnoException | undefined)?.code || error.message;
}

const noKubeconfig = (given: string): Problem => ({
  where: "cipherhorizon:kubernetes.kubeconfig",
  what: "there is no kubeconfig",
  given,
  allowed: "the kubeconfig of the cluster that the stack runs on",
  remedy: "set KUBECONFIG, or name the file: --kubeconfig FILE; for the lab of this machine: --lab",
});

const noContext = (given: string, contexts: string[]): Problem => ({
  where: "cipherhorizon:kubernetes.context",
  what: "the kubeconfig has no such context",
  given,
  allowed: contexts.join(", ") || "none: the kubeconfig is empty",
  remedy: "set kubernetes.context in the stack's configuration to one of these",
});
