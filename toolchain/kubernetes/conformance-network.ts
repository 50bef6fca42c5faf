/**
 * What a plugin must do with the ways in from outside: an Ingress, which is waited for, and a route of the Gateway API, a custom
 * resource of a kind that the cluster has. Its definition is the project's own, from its published Go module.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Declared } from "./conformance.ts";
import type { Operation } from "./conformance-list.ts";
import { type Place, settled } from "./conformance-objects.ts";
import { definitionOf } from "./gateway-api.ts";
import { isNotFound } from "./plugin/failures.ts";
import { fields, list } from "./plugin/objects.ts";
import type { Fields } from "./plugin/values.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const TLS_ROUTES = "tlsroutes.gateway.networking.k8s.io";

const up = ({ stack }: Place) => stack.up();
const at = ({ namespace }: Place, group: string, rest: string) => `/apis/${group}/v1/namespaces/${namespace}/${rest}`;
const ingressAt = (place: Place) => at(place, "networking.k8s.io", "ingresses/i");
const routeAt = (place: Place) => at(place, "gateway.networking.k8s.io", "tlsroutes/r");

interface Shape {
  host?: string;
  annotations?: Fields;
}

const ingress = (place: Place, { host = "a.example.com", annotations = {} }: Shape = {}): Declared => ({
  type: "networking.v1.Ingress",
  name: "ingress",
  dependsOn: ["service"],
  args: {
    metadata: { name: "i", namespace: place.namespace, annotations },
    spec: {
      tls: [{ hosts: [host], secretName: "s" }],
      rules: [{ host, http: { paths: [{ path: "/", pathType: "Prefix", backend: backend("svc", 80) }] } }],
    },
  },
});

const backend = (name: string, number: number) => ({ service: { name, port: { number } } });

const route = (place: Place, hostnames: string[]): Declared => ({
  type: "apiextensions.CustomResource",
  name: "route",
  dependsOn: ["service"],
  args: {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "TLSRoute",
    metadata: { name: "r", namespace: place.namespace },
    spec: {
      parentRefs: [{ name: "public", namespace: "gateways", sectionName: "tls" }],
      hostnames,
      rules: [{ backendRefs: [{ name: "svc", port: 80 }] }],
    },
  },
});

const unwaited: Shape = { host: "b.example.com", annotations: { "pulumi.com/skipAwait": "true" } };

const withIngress = (shape?: Shape) => (place: Place) => [...settled(place), ingress(place, shape)];
const withRoute =
  (...hostnames: string[]) =>
  (place: Place) => [...withIngress(unwaited)(place), route(place, hostnames)];
const hostnamesOf = async (place: Place) => list(await place.outside.get(routeAt(place)), "spec", "hostnames");

/** What an Ingress controller writes, a while after the Ingress is there. */
async function addressSoon(place: Place): Promise<void> {
  const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };
  for (const end = Date.now() + 90_000; Date.now() < end; await sleep(1000)) {
    try {
      return await place.outside.patch(`${ingressAt(place)}/status`, { status }, "ingress-controller");
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

/** Where the cluster has none; it stays, because other namespaces may use it by then. */
export async function defineRoutes({ outside }: Pick<Place, "outside">): Promise<void> {
  if (await outside.get(`${DEFINITIONS}/${TLS_ROUTES}`)) return;
  await outside.create(DEFINITIONS, definitionOf("tlsroutes"));
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(200)) {
    const conditions = list(fields(await outside.get(`${DEFINITIONS}/${TLS_ROUTES}`), "status"), "conditions");
    if (conditions.some((each) => fields(each).type === "Established" && fields(each).status === "True")) return;
  }
}

export const NETWORK_OPERATIONS: Operation[] = [
  {
    title: "says why an Ingress does not get ready, and keeps it",
    objects: withIngress({ annotations: { "pulumi.com/timeoutSeconds": "5" } }),
    run: up,
    fails: [/ingress/, /no ingress controller has given it an address|\.status\.loadBalancer field was not updated/],
    holds: [[async ({ stack }) => (await stack.state()).includes('"initErrors"'), true]],
  },
  {
    title: "waits for an Ingress until its controller has given it an address",
    objects: withIngress(),
    before: async (place) => void addressSoon(place),
    run: up,
    holds: [
      [async ({ stack }) => (await stack.state()).includes('"initErrors"'), false],
      [async ({ stack }) => (await stack.state()).includes('"192.0.2.1"'), true],
    ],
  },
  { title: "and finds nothing to do there afterwards", plan: {} },
  { title: "and no drift", run: ({ stack }) => stack.refresh("--expect-no-changes") },
  {
    title: "updates an Ingress in place",
    objects: withIngress({ host: "b.example.com" }),
    plan: { ingress: "update" },
    run: up,
  },
  {
    title: "does not wait for an Ingress that is marked so",
    objects: withIngress(unwaited),
    before: (place) => place.outside.patch(`${ingressAt(place)}/status`, { status: { loadBalancer: null } }, "other"),
    run: up,
  },
  {
    title: "creates a route of the Gateway API, a kind that the cluster defines",
    objects: withRoute("a.example.com"),
    before: defineRoutes,
    plan: { route: "create" },
    run: up,
    holds: [[hostnamesOf, ["a.example.com"]]],
  },
  { title: "and finds nothing to do there afterwards, whatever the server adds", plan: {} },
  { title: "and no drift there", run: ({ stack }) => stack.refresh("--expect-no-changes") },
  {
    title: "leaves alone what the Gateway's controller says of a route",
    before: async (place) => {
      const condition = {
        ...{ type: "Accepted", status: "True", reason: "Accepted", message: "" },
        lastTransitionTime: "2026-01-01T00:00:00Z",
      };
      const parentRef = { name: "public", namespace: "gateways" };
      const parents = [{ parentRef, controllerName: "example.com/gateway", conditions: [condition] }];
      await place.outside.patch(`${routeAt(place)}/status`, { status: { parents } }, "gateway");
      await place.stack.refresh();
    },
    plan: {},
  },
  {
    title: "refuses what the definition's own rules refuse",
    objects: withRoute("192.0.2.1"),
    run: up,
    fails: [/Hostnames cannot contain an IP/],
    holds: [[hostnamesOf, ["a.example.com"]]],
  },
  {
    title: "updates a route in place",
    objects: withRoute("a.example.com", "b.example.com"),
    run: up,
    holds: [[hostnamesOf, ["a.example.com", "b.example.com"]]],
  },
  {
    title: "sees drift of a route on refresh",
    before: (place) => place.outside.patch(routeAt(place), { spec: { hostnames: ["c.example.com"] } }, "kubectl"),
    run: ({ stack }) => stack.refresh(),
    next: { route: "update" },
  },
  { title: "and heals it", run: up, holds: [[hostnamesOf, ["a.example.com", "b.example.com"]]] },
  {
    title: "deletes both when the program no longer has them",
    objects: (place) => settled(place),
    plan: { ingress: "delete", route: "delete" },
    run: up,
    holds: [
      [(place) => place.outside.get(ingressAt(place)), undefined],
      [(place) => place.outside.get(routeAt(place)), undefined],
    ],
  },
];
