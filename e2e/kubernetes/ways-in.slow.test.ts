/**
 * The ways into the stack on a cluster that has none, the lab: what `horizon` says it lacks, and that nobody comes in. With a
 * controller: controller.slow.test.ts.
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { push, scratchImage } from "../../lab/image.ts";
import { kubectlProgram } from "../../lab/status.ts";
import { busybox } from "../../lab/testing/busybox.ts";
import { definitionOf } from "../../toolchain/kubernetes/gateway-api.ts";
import { horizon, horizonOk } from "../horizon.ts";
import { eventually } from "../wait.ts";
import { apply, kubectl, lab, namespaceOf } from "./cluster.ts";
import * as waysIn from "./ways-in.ts";

const { configure, host, refused } = waysIn;
const controllers = "controllers";
const from = { namespace: controllers };

beforeAll(async () => {
  await horizonOk(["lab", "up"], { timeout: 3_600_000 });
  const image = await push("busybox", scratchImage(await busybox(lab)));
  await apply(namespaceOf(controllers), waysIn.idle(controllers, "controller", {}, image));
}, 3_700_000);

afterAll(async () => {
  await waysIn.call(["down"]);
  await horizon(["lab", "down"], { timeout: 300_000 });
  rmSync(waysIn.file, { force: true });
}, 2_000_000);

describe("what the cluster lacks is refused, by a preview and by up", () => {
  it("an Ingress of a class that isn't there", async () => {
    configure({ kind: "ingress", host, ingressClassName: "test", from });
    for (const command of ["preview", "up"]) await refused(command, /ingress class.*\n.*test is not among: none/);
  });

  it("a Gateway that isn't there, of a kind that isn't there, or without a listener that passes TLS on", async () => {
    configure({ kind: "gateway", host, from, parentRefs: [{ name: "public", namespace: controllers }] });
    await refused("preview", /gateway api.*\n.*no TLSRoute of gateway.networking.k8s.io\/v1/);
    await apply(...["gatewayclasses", "gateways", "tlsroutes"].map((plural) => definitionOf(plural)));
    await eventually("the kinds to be served", () => kubectl(["get", "gateways,tlsroutes", "--all-namespaces"]));
    await refused("preview", /gateway controllers\/public.*\n.*no such Gateway/);
    await apply(endsTls);
    await refused("up", /gateway controllers\/public.*\n.*it ends TLS \(mode Terminate\)/);
  });

  const tls = { mode: "Terminate", certificateRefs: [{ name: "public" }] };
  const endsTls = {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { name: "public", namespace: controllers },
    spec: {
      gatewayClassName: "test",
      listeners: [{ name: "tls", protocol: "TLS", port: 443, tls, allowedRoutes: { namespaces: { from: "All" } } }],
    },
  };
});

describe("no way in", () => {
  it("lets nobody in but by the port-forward that the outputs show", async () => {
    configure({});
    await waysIn.ok(["up"]);
    expect(await waysIn.reached({ controller: [controllers, "controller"] })).toEqual({ controller: waysIn.nothing });
    const { urls, commands, authority } = await waysIn.outputs();
    expect(urls.api).toBe("https://localhost:8443/api/");
    const [, ...args] = (commands["forward"] ?? "").split(" ");
    const forward = spawn(kubectlProgram(lab), args, { stdio: "ignore" });
    try {
      const words = waysIn.asClient("127.0.0.1", 8443, "localhost", authority);
      expect(await eventually("the port-forward", () => waysIn.answers(words))).toEqual([200, 101]);
    } finally {
      forward.kill();
    }
  }, 2_000_000);
});
