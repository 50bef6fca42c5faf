/** What a stack may configure of the ways into it from outside its cluster. */
import { isIP } from "node:net";
import { z } from "zod";
import { field, hostPort } from "./config-fields.ts";
import { dnsLabel, dnsName, labelKey, labelValue } from "./names.ts";

const text = (pattern: RegExp, about: string, allowed: string) => field(z.string().regex(pattern), about, allowed);

const namespace = (about: string) => text(dnsLabel, about, "a namespace's name, such as ingress-nginx");
const objectName = (about: string, example: string) => text(dnsName, about, `an object's name, such as ${example}`);

const network = field(z.union([z.cidrv4(), z.cidrv6()]), "A network", "a network such as 10.1.0.0/16 or fd00::/8");
export const networks = (about: string) => field(z.array(network), about, "a list of networks such as 10.1.0.0/16");

const key = text(labelKey, "A key", "a key such as app.kubernetes.io/name");

const from = z.strictObject({
  namespace: namespace("Where its pods are"),
  labels: z
    .record(key, text(labelValue, "A label's value", "a label's value"))
    .default({})
    .describe("Labels of its pods; none: every pod of that namespace"),
});

const parentRef = z.strictObject({
  name: objectName("The Gateway's name", "public"),
  namespace: namespace("Its namespace"),
  sectionName: objectName("The listener's name; absent: every listener that fits", "tls").optional(),
});

const settings = z.strictObject({
  kind: field(
    z.enum(["clusterIP", "loadBalancer", "ingress", "gateway"]),
    "An address of its own, the cluster's Ingress controller or Gateway, or nothing: then people come by port-forward",
    "clusterIP, loadBalancer, ingress or gateway",
  ).default("clusterIP"),
  host: text(
    /^[A-Za-z0-9]([-A-Za-z0-9.]{0,251}[A-Za-z0-9])?$/,
    "Name or address at which people reach what is exposed; certificates are made for it",
    "a host's name or address, such as trading.example.com",
  ).default("127.0.0.1"),
  ports: z
    .strictObject({
      gateway: hostPort(
        "The one entrance: API, dashboards, metrics; absent: 443 behind an ingress or a gateway, else 8443",
      ).optional(),
      kafka: hostPort("Kafka for clients outside the cluster").default("off"),
    })
    .prefault({}),
  annotations: field(
    z.record(key, z.string()),
    "What this cluster's load balancers or controllers must be told",
    "annotations by key",
  ).default({}),
  from: from.optional().describe("Whose pods may come in: those of the Ingress controller or the Gateway"),
  allowFrom: networks("Who may come in, by address; a load balancer serves nobody else").default([]),
  ingressClassName: objectName("Whose Ingress it is; absent: the cluster's default class", "nginx").optional(),
  tlsSecretName: objectName(
    "The Secret with the certificate that the Ingress shows; absent: one of the stack's own authority",
    "trading-tls",
  ).optional(),
  parentRefs: field(z.array(parentRef), "Gateways of the cluster that lead here", "a list of Gateways").default([]),
});

type Settings = z.output<typeof settings>;

/** By which path something is wrong, and what would be right. */
type Wrong = readonly [path: string, allowed: string];

/** The parts of a way in that only some kinds have; a setting that does nothing is a mistake. */
const onlyFor: { setting: keyof Settings; kinds: Settings["kind"][] }[] = [
  { setting: "annotations", kinds: ["loadBalancer", "ingress", "gateway"] },
  { setting: "ingressClassName", kinds: ["ingress"] },
  { setting: "tlsSecretName", kinds: ["ingress"] },
  { setting: "parentRefs", kinds: ["gateway"] },
];

const isSet = (value: unknown): boolean =>
  value !== undefined && (typeof value !== "object" || Object.keys(value as object).length > 0);

function wrongs(settings: Settings): Wrong[] {
  const { kind } = settings;
  const idle = onlyFor.filter(({ setting, kinds }) => isSet(settings[setting]) && !kinds.includes(kind));
  return [
    ...idle.map(({ setting, kinds }): Wrong => [setting, `nothing with kind ${kind}; it is for ${kinds.join(", ")}`]),
    ...(behind(kind) ? wrongsBehind(settings) : []),
    ...(kind === "loadBalancer" && settings.allowFrom.length === 0
      ? [["allowFrom", "networks that may come in, such as 203.0.113.0/24; 0.0.0.0/0 is everybody"] as const]
      : []),
    ...(kind === "gateway" && settings.parentRefs.length === 0
      ? [["parentRefs", "at least one Gateway of the cluster, as name and namespace"] as const]
      : []),
  ];
}

/** What the cluster's own entrance, which goes by names and knows HTTPS alone, can't do. */
function wrongsBehind({ kind, host, ports, from, allowFrom }: Settings): Wrong[] {
  const named = dnsName.test(host) && host.includes(".") && isIP(host) === 0;
  return [
    ...(named
      ? []
      : [["host", `a DNS name in small letters, such as trading.example.com: kind ${kind} goes by it`] as const]),
    ...(ports.gateway === "off"
      ? [["ports.gateway", `a port with kind ${kind}: it exposes nothing else`] as const]
      : []),
    ...(ports.kafka === "off"
      ? []
      : [["ports.kafka", `off with kind ${kind}, which takes HTTPS only; Kafka needs kind loadBalancer`] as const]),
    ...(from || allowFrom.length > 0
      ? []
      : [
          ["from", "the namespace of the controller's pods, or, where it has none, its networks in allowFrom"] as const,
        ]),
  ];
}

/** Whether the cluster's own entrance stands before the stack's. */
export const behind = (kind: Settings["kind"]): boolean => kind === "ingress" || kind === "gateway";

export const expose = settings
  .superRefine((value, ctx) => {
    for (const [path, message] of wrongs(value)) ctx.addIssue({ code: "custom", path: path.split("."), message });
  })
  .transform(({ ports, ...others }) => {
    const { gateway = behind(others.kind) ? 443 : 8443, kafka } = ports;
    return { ...others, ports: { gateway, kafka } };
  });
