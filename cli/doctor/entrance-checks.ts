/** Whether the cluster has the way in that the configuration names, and the Secrets. Pure. */
import { type EntranceFacts, type EntranceNeeds, type Listener, type Seen, unseen } from "./entrance-facts.ts";
import { degraded, type Finding, fine, missing } from "./finding.ts";
import { shownRight } from "./rights.ts";

/** Empty where the configuration wants neither. */
export const judgeEntrance = (facts: EntranceFacts, needs: EntranceNeeds): Finding[] => [
  ...rights(facts),
  ...(needs.kind === "ingress" ? [ingressClass(facts, needs)] : []),
  ...(needs.tlsSecretName === undefined ? [] : [certificate(facts, needs.tlsSecretName)]),
  ...(needs.kind === "gateway" ? gatewayApi(facts, needs) : []),
  ...(needs.from ? [entering(facts, needs.from)] : []),
  ...needs.pullSecrets.map((name) => pullSecret(facts, name)),
];

const cantSee = (check: string): Finding =>
  degraded(check, "can't be looked at with these credentials", "if it isn't as configured, nobody comes in");

function rights({ denied }: EntranceFacts): Finding[] {
  if (denied.length === 0) return [];
  const shown = denied.map(shownRight).join(", ");
  return [missing("rights for the way in", `denied: ${shown}`, "have them granted, or use other credentials")];
}

function ingressClass({ ingressClasses: classes }: EntranceFacts, { ingressClassName: name }: EntranceNeeds): Finding {
  const check = "ingress class";
  if (classes === unseen) return cantSee(check);
  const names = classes.map((each) => each.name).join(", ") || "none";
  const remedy = "have an Ingress controller installed, or set kubernetes.expose.ingressClassName to one that is there";
  if (name !== undefined) {
    const found = classes.find((each) => each.name === name);
    return found
      ? fine(check, `${name}, of ${found.controller}`)
      : missing(check, `${name} is not among: ${names}`, remedy);
  }
  const [first, ...others] = classes.filter(({ isDefault }) => isDefault);
  if (!first) return missing(check, `no default among: ${names}`, remedy);
  // The API refuses an Ingress that leaves it to them.
  return others.length > 0
    ? missing(check, `several defaults: ${[first, ...others].map((each) => each.name).join(", ")}`, remedy)
    : fine(check, `${first.name}, the default, of ${first.controller}`);
}

function certificate({ secrets }: EntranceFacts, name: string): Finding {
  const check = "ingress certificate";
  const type = secrets[name];
  if (type === unseen) return cantSee(check);
  if (type === undefined)
    return degraded(check, `no Secret ${name}`, "the controller shows another until it is there, as of cert-manager");
  return type === "kubernetes.io/tls"
    ? fine(check, name)
    : missing(check, `the Secret ${name} is of type ${type}`, "name one of type kubernetes.io/tls");
}

function gatewayApi(facts: EntranceFacts, needs: EntranceNeeds): Finding[] {
  const check = "gateway api";
  const kind = "TLSRoute of gateway.networking.k8s.io/v1";
  if (facts.routes === false)
    return [
      missing(
        check,
        `no ${kind}`,
        "have the Gateway API 1.5 or newer installed, or choose another kubernetes.expose.kind",
      ),
    ];
  const served = facts.routes === unseen ? cantSee(check) : fine(check, kind);
  return [served, ...needs.parentRefs.map((_, index) => gateway(facts.gateways[index], facts.namespace, needs, index))];
}

function gateway(found: Seen<Listener[] | undefined>, stack: string, needs: EntranceNeeds, index: number): Finding {
  const { name = "", namespace = "", sectionName } = needs.parentRefs[index] ?? {};
  const check = `gateway ${namespace}/${name}`;
  const path = `kubernetes.expose.parentRefs.${index}`;
  if (found === unseen) return cantSee(check);
  if (found === undefined) return missing(check, "no such Gateway", `correct ${path}, or ask the cluster's operators`);
  const named = found.filter((listener) => sectionName === undefined || listener.name === sectionName);
  if (named.length === 0) {
    const names = found.map((listener) => listener.name).join(", ") || "none";
    return missing(check, `${sectionName ?? "a listener"} is not among its listeners: ${names}`, `correct ${path}`);
  }
  const judged = named.map((listener) => ({ listener, reasons: whyNot(listener, needs.host, namespace === stack) }));
  const [fit] = judged.filter(({ reasons }) => reasons.length === 0).map(({ listener }) => listener);
  if (!fit) {
    const shown = judged.map(({ listener, reasons }) => `${listener.name}: ${reasons.join(", ")}`).join("; ");
    return missing(check, `no listener leads here: ${shown}`, "ask the cluster's operators for one that passes TLS on");
  }
  return fit.port === needs.port
    ? fine(check, `listener ${fit.name}`)
    : degraded(check, `listener ${fit.name} is at port ${fit.port}`, `urls say ${needs.port}: kubernetes.expose.ports`);
}

/** Why a listener does not lead to a route for that host; empty where it does, as far as the Gateway shows. */
export function whyNot(listener: Listener, host: string, sameNamespace: boolean): string[] {
  const { protocol, hostname = "", tls: { mode = "Terminate" } = {}, allowedRoutes = {} } = listener;
  const { namespaces: { from = "Same" } = {}, kinds = [] } = allowedRoutes;
  const answers =
    hostname === "" || hostname === host || (hostname.startsWith("*.") && host.endsWith(hostname.slice(1)));
  return [
    ...(protocol === "TLS" ? [] : [`protocol ${protocol}, TLS is needed`]),
    ...(protocol !== "TLS" || mode === "Passthrough" ? [] : [`it ends TLS (mode ${mode}), Passthrough is needed`]),
    ...(answers ? [] : [`it is for ${hostname}`]),
    ...(from === "None" || (from === "Same" && !sameNamespace) ? [`it takes routes of namespaces: ${from}`] : []),
    ...(kinds.length === 0 || kinds.some(({ kind }) => kind === "TLSRoute") ? [] : ["it takes no TLSRoute"]),
  ];
}

function entering({ entering }: EntranceFacts, { namespace, labels }: NonNullable<EntranceNeeds["from"]>): Finding {
  const check = "who may come in";
  const which = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const where = `${which.length > 0 ? `with ${which.join(", ")} ` : ""}in ${namespace}`;
  if (entering === unseen) return cantSee(check);
  if (entering.pods === 0) return degraded(check, `no pod ${where}`, "nobody comes in: correct kubernetes.expose.from");
  return entering.onNodesNetwork
    ? degraded(
        check,
        `pods ${where} use the network of their nodes`,
        "a policy can't tell them from their nodes: name the nodes' networks in kubernetes.expose.allowFrom",
      )
    : fine(check, `pods ${where}`);
}

const pullType = "kubernetes.io/dockerconfigjson";

function pullSecret({ secrets, made, namespace }: EntranceFacts, name: string): Finding {
  const check = `pull secret ${name}`;
  const type = secrets[name];
  const make = `kubectl --namespace ${namespace} create secret docker-registry ${name} --docker-server=… --docker-username=… --docker-password=…`;
  if (type === pullType) return fine(check, type);
  if (type === unseen) return degraded(check, "can't be looked at with these credentials", "nodes may not get images");
  if (type !== undefined) return missing(check, `of type ${type}, not ${pullType}`, `make it anew: ${make}`);
  const there = made === false ? `not there, and neither is the namespace ${namespace}` : `not there, in ${namespace}`;
  return missing(check, there, made === false ? `kubectl create namespace ${namespace}, then ${make}` : make);
}
