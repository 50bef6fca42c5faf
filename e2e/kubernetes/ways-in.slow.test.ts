/**
 * The ways into the stack on a real cluster, the lab: what the API server takes, who comes in and who doesn't, what `horizon` says
 * where the cluster lacks something. No controller runs in the lab: a pod stands where one would, and the test writes its status.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { run } from "../../cli/process.ts";
import { labMark } from "../../cli/stack/backend.ts";
import { currentKubeconfig } from "../../lab/foreign.ts";
import { push, scratchImage } from "../../lab/image.ts";
import { REGISTRY } from "../../lab/lab.ts";
import { kubectlProgram } from "../../lab/status.ts";
import { busybox } from "../../lab/testing/busybox.ts";
import { definitionOf } from "../../toolchain/kubernetes/gateway-api.ts";
import { root } from "../checkout.ts";
import { horizon, horizonOk } from "../horizon.ts";
import { eventually } from "../wait.ts";
import { connectFrom, inNetworkOf, kubectl, lab, type Pod, type Reached } from "./cluster.ts";

const stack = "ways-in-lab";
const namespace = `cipherhorizon-${stack}`;
const file = join(root, `Pulumi.${stack}.yaml`);
const host = "trading.example.com";
const controllers = "controllers";

const call = (args: string[], timeout = 1_800_000) => horizon(args, { stack, timeout });
const ok = (args: string[], timeout = 1_800_000) => horizonOk(args, { stack, timeout });

/** Keeps the salt that Pulumi writes into the file. */
function configure(expose: object): void {
  const salt = existsSync(file) ? (parse(readFileSync(file, "utf8")) as object) : {};
  const config = {
    "cipherhorizon:platform": "kubernetes",
    "cipherhorizon:kubernetes": {
      ...{ kubeconfig: currentKubeconfig(lab), registry: REGISTRY, registryLogin: "none", size: "lab", expose },
    },
  };
  writeFileSync(file, `${labMark} for a test.\n${stringify({ ...salt, config })}`);
}

const from = { namespace: controllers, labels: { role: "controller" } };
const ingress = { kind: "ingress", host, ingressClassName: "test", from };
const gateway = {
  kind: "gateway",
  host,
  from,
  parentRefs: [{ name: "public", namespace: controllers, sectionName: "tls" }],
};

async function apply(...items: object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await kubectl(["apply", "--server-side", "-f", "-"], { input });
}

const get = async <T>(...args: string[]): Promise<T> =>
  JSON.parse(await kubectl(["get", ...args, "--namespace", namespace, "--output", "json"])) as T;

/** Pods that do nothing; connections are opened in their networks. */
const idle = (space: string, name: string, labels: object, image: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace: space, name, labels },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: [{ name: "main", image, command: ["/busybox", "sleep", "86400"] }],
  },
});

const podIn = async (space: string, name: string): Promise<Pod> =>
  JSON.parse(await kubectl(["get", "pod", name, "--namespace", space, "--output", "json"])) as Pod;

/** What each stranger, and each who may come in, reaches of the gateway's HTTPS, its status and the engine. */
async function reached(): Promise<Record<string, Reached[]>> {
  type Service = { spec: { clusterIP: string } };
  const { spec } = await get<Service>("service", "gateway");
  const selector = ["--selector", "app.kubernetes.io/name=engine"];
  const [engine] = (await get<{ items: Pod[] }>("pods", ...selector)).items;
  const targets = [
    { workload: "gateway", host: spec.clusterIP, port: 8443 },
    { workload: "gateway", host: spec.clusterIP, port: 8080 },
    { workload: "engine", host: engine?.status.podIP ?? "", port: 8080 },
  ];
  const pods = {
    controller: [controllers, "controller"],
    neighbour: [controllers, "neighbour"],
    stranger: ["strangers", "stranger"],
  };
  const rows = Object.entries(pods).map(async ([who, [space = "", name = ""]]) => {
    return [who, await connectFrom(await podIn(space, name), targets)] as const;
  });
  return Object.fromEntries(await Promise.all(rows));
}

const none: Reached[] = ["blocked", "blocked", "blocked"];
const onlyController = { controller: ["open", "blocked", "blocked"], neighbour: none, stranger: none };

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

const asClient = (host: string, port: number, name: string, authority: string): string[] => [
  ...[process.execPath, "-e", client],
  ...[host, String(port), name, authority],
];

async function answers([program = "", ...args]: string[]): Promise<unknown> {
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
const outputs = async (): Promise<Outputs> => JSON.parse(await ok(["outputs", "--json"])) as Outputs;

async function settled(): Promise<void> {
  expect((await ok(["preview"])).trim()).toBe("nothing to do");
  await ok(["refresh"]);
  expect((await ok(["preview"])).trim()).toBe("nothing to do");
}

/** Refused before anything is touched, with the reason. */
async function refused(command: string, words: RegExp): Promise<void> {
  const { code, stderr } = await call([command]);
  expect(code, stderr).toBe(3);
  expect(stderr).toMatch(words);
}

beforeAll(async () => {
  await horizonOk(["lab", "up"], { timeout: 3_600_000 });
  const image = await push("busybox", scratchImage(await busybox(lab)));
  const spaces = [controllers, "strangers"].map((name) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name },
  }));
  await apply(
    ...spaces,
    idle(controllers, "controller", { role: "controller" }, image),
    idle(controllers, "neighbour", { role: "other" }, image),
    idle("strangers", "stranger", { role: "controller" }, image),
  );
}, 3_700_000);

afterAll(async () => {
  await call(["down"]);
  await horizon(["lab", "down"], { timeout: 300_000 });
  rmSync(file, { force: true });
}, 2_000_000);

describe("an Ingress", () => {
  it("of a class that isn't there is refused, by a preview and by up", async () => {
    configure(ingress);
    for (const command of ["preview", "up"]) await refused(command, /ingress class.*\n.*test is not among: none/);
  });

  it("is taken by the API server without a warning, and waited for until it has an address", async () => {
    const spec = { controller: "example.com/test" };
    await apply({ apiVersion: "networking.k8s.io/v1", kind: "IngressClass", metadata: { name: "test" }, spec });
    const brought = call(["up"]);
    const patch = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } } });
    const where = ["--namespace", namespace, "ingress/gateway-outside"];
    await eventually(
      "the Ingress",
      async () => kubectl(["patch", ...where, "--subresource=status", "--type=merge", `--patch=${patch}`]),
      1_500_000,
    );
    const { code, stdout, stderr } = await brought;
    expect(code, stderr).toBe(0);
    expect(`${stdout}${stderr}`).not.toMatch(/warning/i);
    type Ingress = { spec: { tls: object[]; rules: { host: string }[] } };
    const { spec: made } = await get<Ingress>("ingress", "gateway-outside");
    expect(made.tls).toEqual([{ hosts: [host], secretName: "gateway-outside" }]);
  }, 2_000_000);

  it("urls are those of its host", async () => {
    const { urls, commands, notes } = await outputs();
    expect(urls.api).toBe(`https://${host}/api/`);
    expect(commands).not.toHaveProperty("forward");
    expect(notes.filter((note) => note.startsWith("urls:"))).toEqual([]);
  });

  it("lets in the pods that are named, on the one port, and nobody else", async () => {
    expect(await reached()).toEqual(onlyController);
  });

  it("leads to HTTPS that a controller can tell by the Secret's authority, WebSockets too", async () => {
    const { data } = await get<{ data: Record<string, string> }>("secret", "gateway-outside");
    const authority = Buffer.from(data["ca.crt"] ?? "", "base64").toString();
    const { spec } = await get<{ spec: { clusterIP: string } }>("service", "gateway");
    const pod = await podIn(controllers, "controller");
    for (const name of ["gateway", host])
      expect(await answers(inNetworkOf(pod, asClient(spec.clusterIP, 8443, name, authority)))).toEqual([200, 101]);
  });

  it("changes nothing a second time, nor by a refresh", settled, 900_000);
});

describe("a Gateway", () => {
  it("is refused where the cluster has no such kind, no such Gateway, or no listener that passes TLS on", async () => {
    configure(gateway);
    await refused("preview", /gateway api.*\n.*no TLSRoute of gateway.networking.k8s.io\/v1/);
    await apply(...["gatewayclasses", "gateways", "tlsroutes"].map(definitionOf));
    await eventually("the kinds to be served", () => kubectl(["get", "gateways,tlsroutes", "--all-namespaces"]));
    await refused("preview", /gateway controllers\/public.*\n.*no such Gateway/);
    await apply(gatewayOf({ mode: "Terminate", certificateRefs: [{ name: "public" }] }));
    await refused("up", /gateway controllers\/public.*\n.*it ends TLS \(mode Terminate\)/);
  });

  it("gets a route, which the API server takes without a warning, and the Ingress goes", async () => {
    await apply(gatewayOf({ mode: "Passthrough" }));
    const { code, stdout, stderr } = await call(["up"]);
    expect(code, stderr).toBe(0);
    expect(`${stdout}${stderr}`).not.toMatch(/warning/i);
    type Route = { spec: { hostnames: string[]; parentRefs: object[] } };
    const { spec } = await get<Route>("tlsroute", "gateway-outside");
    expect(spec.hostnames).toEqual([host]);
    expect(spec.parentRefs).toMatchObject(gateway.parentRefs);
    expect((await get<{ items: object[] }>("ingresses")).items).toEqual([]);
    expect(await reached()).toEqual(onlyController);
  }, 2_000_000);

  it("changes nothing a second time, nor by a refresh", settled, 900_000);

  const gatewayOf = (tls: object) => ({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { name: "public", namespace: controllers },
    spec: {
      gatewayClassName: "test",
      listeners: [{ name: "tls", protocol: "TLS", port: 443, tls, allowedRoutes: { namespaces: { from: "All" } } }],
    },
  });
});

describe("no way in", () => {
  it("lets nobody in but by the port-forward that the outputs show", async () => {
    configure({});
    await ok(["up"]);
    const none3 = { controller: none, neighbour: none, stranger: none };
    expect(await reached()).toEqual(none3);
    const { urls, commands, authority } = await outputs();
    expect(urls.api).toBe("https://localhost:8443/api/");
    const [, ...args] = (commands["forward"] ?? "").split(" ");
    const forward = spawn(kubectlProgram(lab), args, { stdio: "ignore" });
    try {
      const words = asClient("127.0.0.1", 8443, "localhost", authority);
      expect(await eventually("the port-forward", () => answers(words))).toEqual([200, 101]);
    } finally {
      forward.kill();
    }
  }, 2_000_000);
});
