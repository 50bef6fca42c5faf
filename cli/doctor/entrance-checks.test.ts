import { describe, expect, it } from "vitest";
import { parseConfig } from "../../infra/config.ts";
import { entranceNeeds } from "./entrance.ts";
import { judgeEntrance, whyNot } from "./entrance-checks.ts";
import { type EntranceFacts, type EntranceNeeds, type Listener, unseen } from "./entrance-facts.ts";
import type { State } from "./finding.ts";
import { entranceRights } from "./rights.ts";

const host = "trading.example.com";
const nothing: EntranceNeeds = { kind: "clusterIP", host: "127.0.0.1", port: 8443, parentRefs: [], pullSecrets: [] };
const ingress: EntranceNeeds = { ...nothing, kind: "ingress", host, port: 443, ingressClassName: "nginx" };
const ref = { name: "public", namespace: "gateways", sectionName: "tls" };
const gateway: EntranceNeeds = { ...nothing, kind: "gateway", host, port: 443, parentRefs: [ref] };

const passing: Listener = {
  name: "tls",
  port: 443,
  protocol: "TLS",
  tls: { mode: "Passthrough" },
  allowedRoutes: { namespaces: { from: "All" } },
};
const named = (name: string, isDefault = false) => ({ name, isDefault, controller: `example.com/${name}` });

const good: EntranceFacts = {
  namespace: "trading",
  made: true,
  denied: [],
  ingressClasses: [named("nginx")],
  routes: true,
  gateways: [[passing]],
  entering: { pods: 1, onNodesNetwork: false },
  secrets: { registry: "kubernetes.io/dockerconfigjson", "trading-tls": "kubernetes.io/tls" },
};

const found = (check: string, facts: Partial<EntranceFacts>, needs: EntranceNeeds) =>
  judgeEntrance({ ...good, ...facts }, needs).find((each) => each.check === check);
const verdict = (check: string, facts: Partial<EntranceFacts>, needs: EntranceNeeds): State | undefined =>
  found(check, facts, needs)?.state;

it("says nothing where the configuration wants nothing of the cluster", () => {
  expect(judgeEntrance(good, nothing)).toEqual([]);
  expect(judgeEntrance(good, { ...nothing, kind: "loadBalancer" })).toEqual([]);
});

describe("an Ingress", () => {
  it.each<[string, Partial<EntranceFacts>, State, Partial<EntranceNeeds>?]>([
    ["its class", {}, "fine"],
    ["no class of that name", { ingressClasses: [named("traefik")] }, "missing"],
    ["no class at all", { ingressClasses: [] }, "missing"],
    ["classes that can't be looked at", { ingressClasses: unseen }, "degraded"],
    ["the default class", { ingressClasses: [named("a"), named("b", true)] }, "fine", { ingressClassName: undefined }],
    ["no default", {}, "missing", { ingressClassName: undefined }],
    [
      "two defaults, which the API refuses to choose from",
      { ingressClasses: [named("a", true), named("b", true)] },
      "missing",
      { ingressClassName: undefined },
    ],
  ])("%s", (_, facts, state, needs = {}) => {
    expect(verdict("ingress class", facts, { ...ingress, ...needs })).toBe(state);
  });

  it.each<[string, EntranceFacts["secrets"][string], State]>([
    ["there", "kubernetes.io/tls", "fine"],
    ["of another type", "Opaque", "missing"],
    ["not there yet, as one that cert-manager makes", undefined, "degraded"],
    ["not to be looked at", unseen, "degraded"],
  ])("whose certificate is %s", (_, type, state) => {
    const needs = { ...ingress, tlsSecretName: "trading-tls" };
    expect(verdict("ingress certificate", { secrets: { "trading-tls": type } }, needs)).toBe(state);
  });

  it("needs rights of its own, and they are named", () => {
    const denied = entranceRights("ingress").slice(0, 1);
    expect(found("rights for the way in", { denied }, ingress)?.found).toBe("denied: get ingresses.networking.k8s.io");
  });
});

describe("a Gateway", () => {
  const check = "gateway gateways/public";

  it.each<[string, Partial<EntranceFacts>, State]>([
    ["served", {}, "fine"],
    ["not served", { routes: false }, "missing"],
    ["not to be asked for", { routes: unseen }, "degraded"],
  ])("whose API is %s", (_, facts, state) => expect(verdict("gateway api", facts, gateway)).toBe(state));

  it.each<[string, EntranceFacts["gateways"][number], State, RegExp]>([
    ["a listener that passes TLS on", [passing], "fine", /^listener tls$/],
    ["another port than the urls say", [{ ...passing, port: 8443 }], "degraded", /at port 8443/],
    ["no such Gateway", undefined, "missing", /no such Gateway/],
    ["one that can't be looked at", unseen, "degraded", /can't be looked at/],
    ["no listener of that name", [{ ...passing, name: "https" }], "missing", /tls is not among its listeners: https/],
    ["a listener that ends TLS", [{ ...passing, tls: {} }], "missing", /tls: it ends TLS \(mode Terminate\)/],
  ])("with %s", (_, listeners, state, words) => {
    expect(found(check, { gateways: [listeners] }, gateway)).toMatchObject({ state });
    expect(found(check, { gateways: [listeners] }, gateway)?.found).toMatch(words);
  });

  it("takes any listener that fits where none is named", () => {
    const needs = { ...gateway, parentRefs: [{ name: "public", namespace: "gateways" }] };
    expect(verdict(check, { gateways: [[{ ...passing, protocol: "HTTPS" }, passing]] }, needs)).toBe("fine");
  });

  it.each<[string, Partial<Listener>, boolean, string[]]>([
    ["any name", {}, false, []],
    ["that very name", { hostname: host }, false, []],
    ["a wildcard over it", { hostname: "*.example.com" }, false, []],
    ["another name", { hostname: "*.example.org" }, false, ["it is for *.example.org"]],
    ["HTTP", { protocol: "HTTP" }, false, ["protocol HTTP, TLS is needed"]],
    ["its own namespace only, as by default", { allowedRoutes: {} }, false, ["it takes routes of namespaces: Same"]],
    ["its own namespace, which is the stack's", { allowedRoutes: {} }, true, []],
    [
      "HTTPRoutes only",
      { allowedRoutes: { namespaces: { from: "All" }, kinds: [{ kind: "HTTPRoute" }] } },
      false,
      ["it takes no TLSRoute"],
    ],
  ])("a listener for %s", (_, change, same, reasons) => {
    expect(whyNot({ ...passing, ...change }, host, same)).toEqual(reasons);
  });
});

describe("who may come in", () => {
  const needs = { ...ingress, from: { namespace: "ingress-nginx", labels: { app: "x" } } };
  it.each<[string, EntranceFacts["entering"], State]>([
    ["pods that are there", { pods: 2, onNodesNetwork: false }, "fine"],
    ["no pod", { pods: 0, onNodesNetwork: false }, "degraded"],
    ["pods that a policy can't tell from their nodes", { pods: 1, onNodesNetwork: true }, "degraded"],
    ["pods that can't be looked at", unseen, "degraded"],
  ])("%s", (_, entering, state) => {
    expect(verdict("who may come in", { entering }, needs)).toBe(state);
  });
});

describe("a Secret to pull images with", () => {
  const needs = { ...nothing, pullSecrets: ["registry"] };
  it.each<[string, Partial<EntranceFacts>, State, RegExp]>([
    ["there", {}, "fine", /dockerconfigjson/],
    ["of another type", { secrets: { registry: "Opaque" } }, "missing", /of type Opaque/],
    ["not there", { secrets: {} }, "missing", /not there, in trading/],
    ["not there, before the first up", { secrets: {}, made: false }, "missing", /neither is the namespace trading/],
    ["not to be looked at", { secrets: { registry: unseen } }, "degraded", /can't be looked at/],
  ])("%s", (_, facts, state, words) => {
    expect(found("pull secret registry", facts, needs)).toMatchObject({ state });
    expect(found("pull secret registry", facts, needs)?.found).toMatch(words);
  });

  it("comes with the command that makes it", () => {
    const make = "kubectl --namespace trading create secret docker-registry registry --docker-server=";
    for (const made of [true, false])
      expect(found("pull secret registry", { secrets: {}, made }, needs)?.advice).toContain(make);
  });
});

it("what is wanted is read from the configuration", () => {
  const from = { namespace: "ingress-nginx" };
  const expose = { kind: "ingress", host, from, ingressClassName: "nginx", tlsSecretName: "trading-tls" };
  const config = parseConfig({ platform: "kubernetes", kubernetes: { expose, imagePullSecrets: ["registry"] } });
  expect(entranceNeeds(config)).toEqual({
    ...ingress,
    tlsSecretName: "trading-tls",
    from: { ...from, labels: {} },
    pullSecrets: ["registry"],
  });
});
