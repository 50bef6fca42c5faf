/**
 * The ways into the stack through a real controller, Traefik, on the lab, configured as docs/ways-in.md says: its examples are
 * what is applied, with the names of this stack.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { push, scratchImage } from "../../lab/image.ts";
import { busybox } from "../../lab/testing/busybox.ts";
import { root } from "../checkout.ts";
import { horizon, horizonOk } from "../horizon.ts";
import { eventually } from "../wait.ts";
import { authority } from "./authority.ts";
import { apply, inNetworkOf, kubectl, lab, namespaceOf } from "./cluster.ts";
import { ADDRESS, LISTENER_PORT, startTraefik } from "./traefik.ts";
import * as waysIn from "./ways-in.ts";

const { get, host, namespace } = waysIn;

// biome-ignore lint/suspicious/noExplicitAny: a test looks at any depth.
type Any = any;
const text = readFileSync(join(root, "docs/ways-in.md"), "utf8").replaceAll("cipherhorizon-prod", namespace);
const examples: Any[] = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = ""]) => parse(block));
const exposes: Any[] = examples.flatMap((each) => each["cipherhorizon:kubernetes"]?.expose ?? []);
const ingress = exposes.find(({ ingressClassName }) => ingressClassName === "traefik");
const transport = examples.find(({ kind }) => kind === "ServersTransport");

const askers: waysIn.Askers = {
  controller: ["traefik", "traefik"],
  neighbour: ["traefik", "neighbour"],
  stranger: ["strangers", "stranger"],
};
const onlyController = { controller: waysIn.onlyHttps, neighbour: waysIn.nothing, stranger: waysIn.nothing };

/** What somebody gets who may not reach the gateway, at the controller's address. */
async function asked(trusted: string): Promise<unknown> {
  const stranger = await waysIn.podIn("strangers", "stranger");
  return waysIn.answers(inNetworkOf(stranger, waysIn.asClient(ADDRESS, 443, host, trusted)));
}

const answered = (trusted: string, statuses: number[]): Promise<unknown> =>
  eventually(
    `${statuses.join(" and ")} from ${host}`,
    async () => {
      const got = await asked(trusted);
      expect(got).toEqual(statuses);
      return got;
    },
    60_000,
  );

/** For the host, and not the stack's. */
const own = ((folder) => {
  const made = authority(folder, "own").sign("entrance", [host]);
  rmSync(folder, { recursive: true });
  return made;
})(mkdtempSync(join(tmpdir(), "horizon-certificate-")));

beforeAll(async () => {
  await horizonOk(["lab", "up"], { timeout: 3_600_000 });
  const image = await push("busybox", scratchImage(await busybox(lab)));
  await startTraefik();
  await apply(namespaceOf("strangers"), namespaceOf(namespace));
  await apply(
    waysIn.idle("traefik", "neighbour", { role: "other" }, image),
    waysIn.idle("strangers", "stranger", { "app.kubernetes.io/name": "traefik" }, image),
    {
      ...{ apiVersion: "v1", kind: "Secret", type: "kubernetes.io/tls" },
      metadata: { name: ingress.tlsSecretName, namespace },
      stringData: { "tls.crt": own.certificate, "tls.key": own.key },
    },
  );
}, 3_700_000);

afterAll(async () => {
  await waysIn.call(["down"]);
  await horizon(["lab", "down"], { timeout: 300_000 });
  rmSync(waysIn.file, { force: true });
}, 2_000_000);

describe("an Ingress of Traefik's", () => {
  it("gets its address from the controller, for which up waits", async () => {
    waysIn.configure(ingress);
    await waysIn.broughtUp();
    const { status, spec } = await get<Any>("ingress", "gateway-outside");
    expect(status.loadBalancer.ingress).toMatchObject([{ ip: ADDRESS }]);
    expect(spec.tls).toEqual([{ hosts: [host], secretName: ingress.tlsSecretName }]);
    const { urls, commands, notes } = await waysIn.outputs();
    expect(urls.api).toBe(`https://${host}/api/`);
    expect(commands).not.toHaveProperty("forward");
    expect(notes.filter((note) => note.startsWith("urls:"))).toEqual([]);
  }, 2_000_000);

  it("leads nowhere as long as the controller can't tell that it is the gateway that answers", async () => {
    const { data } = await get<Any>("secret", "gateway-outside");
    expect(Object.keys(data).sort()).toEqual(["ca.crt", "tls.crt", "tls.key"]);
    await answered(own.authority, [404, 404]);
    await apply({ ...transport, spec: { ...transport.spec, serverName: "engine" } });
    await answered(own.authority, [500, 500]);
  }, 200_000);

  it("leads to the gateway, WebSockets too, with the certificate of the Secret that is named", async () => {
    await apply(transport);
    await answered(own.authority, [200, 101]);
  });

  it("lets in the controller, on the one port, and nobody else", async () => {
    expect(await waysIn.reached(askers)).toEqual(onlyController);
  });

  it("changes nothing a second time, nor by a refresh", waysIn.settled, 900_000);

  it("shows the gateway's own certificate where none is named", async () => {
    const { tlsSecretName: _, ...others } = ingress;
    waysIn.configure(others);
    await waysIn.broughtUp();
    await answered((await waysIn.outputs()).authority, [200, 101]);
    await expect(asked(own.authority)).rejects.toThrow(/certificate/);
  }, 900_000);
});

describe("a Gateway of Traefik's", () => {
  const found = examples.find(({ kind }) => kind === "Gateway");
  const expose = exposes.find(({ kind }) => kind === "gateway");
  const listeners = found.spec.listeners.map((each: object) => ({ ...each, port: LISTENER_PORT }));
  const gateway = { ...found, spec: { ...found.spec, gatewayClassName: "traefik", listeners } };

  it("takes the route, by its own account, and the Ingress goes", async () => {
    await apply(namespaceOf(gateway.metadata.namespace), gateway);
    waysIn.configure({ ...expose, from: ingress.from });
    await waysIn.broughtUp();
    const conditions = await eventually("the controller's word on the route", async () => {
      const { status } = await get<Any>("tlsroute", "gateway-outside");
      return status?.parents?.find((each: Any) => each.controllerName === "traefik.io/gateway-controller")?.conditions;
    });
    const states = conditions.map(({ type, status }: Any) => [type, status]);
    expect(Object.fromEntries(states)).toMatchObject({ Accepted: "True", ResolvedRefs: "True" });
    expect((await get<{ items: object[] }>("ingresses")).items).toEqual([]);
    const where = ["--namespace", gateway.metadata.namespace, "gateway", gateway.metadata.name];
    const { status } = JSON.parse(await kubectl(["get", ...where, "--output", "json"]));
    expect(status.addresses).toMatchObject([{ value: ADDRESS }]);
  }, 2_000_000);

  it("leads to the gateway, WebSockets too, with the stack's own certificate", async () => {
    await answered((await waysIn.outputs()).authority, [200, 101]);
  });

  it("lets in the controller, on the one port, and nobody else", async () => {
    expect(await waysIn.reached(askers)).toEqual(onlyController);
  });

  it("changes nothing a second time, nor by a refresh", waysIn.settled, 900_000);
});
