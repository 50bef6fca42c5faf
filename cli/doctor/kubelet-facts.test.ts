import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { afterEach, expect, it } from "vitest";
import type { Cluster } from "../runtime/kubernetes/cluster.ts";
import { readKubelets } from "./kubelet-facts.ts";

const bounds = { atOnce: 4, each: 200, all: 500 };
const named = (count: number) => Array.from({ length: count }, (_, n) => ({ name: `n${n}`, version: "v1.36.3" }));

let close = (): void => undefined;
afterEach(() => close());

/** An API server whose rights and kubelets are as given. */
async function clusterWhere(allowed: boolean, kubelet: (request: IncomingMessage, answer: ServerResponse) => void) {
  const server = createServer((request, answer) => {
    answer.setHeader("content-type", "application/json");
    if (request.method !== "POST") return kubelet(request, answer);
    answer.end(JSON.stringify({ status: { allowed } }));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: "c", server: url, skipTLSVerify: true }, { name: "u" });
  return { stack: "prod", namespace: "n", server: url, config } satisfies Cluster;
}

it("reads what kubelets say, and what each can't is said of it alone", async () => {
  const cluster = await clusterWhere(true, ({ url = "" }, answer) => {
    if (url.includes("/n1/")) answer.statusCode = 403;
    if (url.includes("/n2/")) answer.statusCode = 503;
    answer.end(JSON.stringify({ kubeletconfig: { cpuManagerPolicy: "static" } }));
  });
  const facts = await readKubelets(cluster, named(3));
  expect(facts.get("n0")).toMatchObject({ cpuManagerPolicy: "static", quotaOnExclusive: false });
  expect([facts.get("n1"), facts.get("n2")]).toEqual(["denied", "silent"]);
});

it("asks none where the rights don't allow it", async () => {
  let asked = 0;
  const cluster = await clusterWhere(false, (_, answer) => {
    asked += 1;
    answer.end();
  });
  const facts = await readKubelets(cluster, named(50), bounds);
  expect(new Set(facts.values())).toEqual(new Set(["denied"]));
  expect(asked).toBe(0);
});

it("of a thousand that don't answer it asks a few at once, and gives up on the rest together", async () => {
  let [open, most, asked] = [0, 0, 0];
  const cluster = await clusterWhere(true, (request) => {
    asked += 1;
    open += 1;
    most = Math.max(most, open);
    request.on("close", () => {
      open -= 1;
    });
  });
  const facts = await readKubelets(cluster, named(1000), bounds);
  expect(facts.size).toBe(1000);
  expect(new Set(facts.values())).toEqual(new Set(["silent"]));
  // One is given up before the server has seen its end.
  expect(most).toBeLessThanOrEqual(2 * bounds.atOnce);
  expect(asked).toBeLessThan(100);
});
