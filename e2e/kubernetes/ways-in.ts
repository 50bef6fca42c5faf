/** A stack of the lab of which only the way in changes, and how it is asked from outside. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { parse, stringify } from "yaml";
import { run } from "../../cli/process.ts";
import { labMark } from "../../cli/stack/backend.ts";
import { currentKubeconfig } from "../../lab/foreign.ts";
import { REGISTRY } from "../../lab/lab.ts";
import { root } from "../checkout.ts";
import { horizon, horizonOk } from "../horizon.ts";
import { connectFrom, kubectl, lab, type Pod, type Reached } from "./cluster.ts";
import * as prod from "./prod.ts";

const stack = "ways-in-lab";
export const namespace = `cipherhorizon-${stack}`;
export const file = join(root, `Pulumi.${stack}.yaml`);
export const host = "trading.example.com";

export const call = (args: string[], timeout = 1_800_000) => horizon(args, { stack, timeout });
export const ok = (args: string[], timeout = 1_800_000) => horizonOk(args, { stack, timeout });

/** Keeps the salt that Pulumi writes into the file. */
export function configure(expose: object): void {
  const salt = existsSync(file) ? (parse(readFileSync(file, "utf8")) as object) : {};
  const config = {
    "cipherhorizon:platform": "kubernetes",
    "cipherhorizon:kubernetes": {
      ...{ kubeconfig: currentKubeconfig(lab), registry: REGISTRY, registryLogin: "none", size: "lab", expose },
    },
  };
  writeFileSync(file, `${labMark} for a test.\n${stringify({ ...salt, config })}`);
}

export const get = async <T>(...args: string[]): Promise<T> =>
  JSON.parse(await kubectl(["get", ...args, "--namespace", namespace, "--output", "json"])) as T;

/** Pods that do nothing; connections are opened in their networks. */
export const idle = (space: string, name: string, labels: object, image: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace: space, name, labels },
  spec: {
    terminationGracePeriodSeconds: 0,
    ...{ securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } } },
    containers: [{ name: "main", image, command: ["/busybox", "sleep", "86400"], securityContext: restricted }],
  },
});

export const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

export const podIn = async (space: string, name: string): Promise<Pod> =>
  JSON.parse(await kubectl(["get", "pod", name, "--namespace", space, "--output", "json"])) as Pod;

/** Who asks, by name: the namespace and the name of the pod. */
export type Askers = Record<string, [space: string, name: string]>;

/** What each of them reaches of the gateway's HTTPS, its status and the engine. */
export async function reached(askers: Askers): Promise<Record<string, Reached[]>> {
  type Service = { spec: { clusterIP: string } };
  const { spec } = await get<Service>("service", "gateway");
  const selector = ["--selector", "app.kubernetes.io/name=engine"];
  const [engine] = (await get<{ items: Pod[] }>("pods", ...selector)).items;
  const targets = [
    { workload: "gateway", host: spec.clusterIP, port: 8443 },
    { workload: "gateway", host: spec.clusterIP, port: 8080 },
    { workload: "engine", host: engine?.status.podIP ?? "", port: 8080 },
  ];
  const rows = Object.entries(askers).map(async ([who, [space, name]]) => {
    return [who, await connectFrom(await podIn(space, name), targets)] as const;
  });
  return Object.fromEntries(await Promise.all(rows));
}

export const nothing: Reached[] = ["blocked", "blocked", "blocked"];
export const onlyHttps: Reached[] = ["open", "blocked", "blocked"];

/** Asks as a client does that trusts one authority and one name: the status of `/`, and of a WebSocket's greeting. */
const client = `
  const https = require("node:https");
  const [host, port, servername, ca] = process.argv.slice(1);
  const ask = (path, headers) => new Promise((done, fail) => {
    const options = { host, port, servername, ca, path, headers: { host: servername, ...headers }, timeout: 15000 };
    const request = https.get(options, (answer) => { answer.resume(); done(answer.statusCode); });
    request.on("upgrade", (answer, socket) => { socket.destroy(); done(answer.statusCode); });
    request.on("timeout", () => request.destroy(new Error("timeout"))).on("error", fail);
  });
  const key = "dGhlIHNhbXBsZSBub25jZQ==";
  const greeting = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": key };
  Promise.all([ask("/"), ask("/ws", greeting)]).then((all) => console.log(JSON.stringify(all)));
`;

export const asClient = (host: string, port: number, name: string, authority: string): string[] => [
  ...[process.execPath, "-e", client],
  ...[host, String(port), name, authority],
];

/** Throws where the certificate is not of that authority, or not of that name. */
export async function answers([program = "", ...args]: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await run(program, args, { timeout: 60_000 });
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

interface Outputs {
  urls: Record<string, string>;
  commands: Record<string, string>;
  notes: string[];
  authority: string;
}
export const outputs = async (): Promise<Outputs> => JSON.parse(await ok(["outputs", "--json"])) as Outputs;

export async function broughtUp(): Promise<void> {
  const { code, stdout, stderr } = await call(["up"]);
  expect(code, stderr).toBe(0);
  expect(`${stdout}${stderr}`).not.toMatch(/warning/i);
}

export const settled = (): Promise<void> => prod.settled(ok);

/** Refused before anything is touched, with the reason. */
export async function refused(command: string, words: RegExp): Promise<void> {
  const { code, stderr } = await call([command]);
  expect(code, stderr).toBe(3);
  expect(stderr).toMatch(words);
}
