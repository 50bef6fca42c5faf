/** Services, Ingresses and claims: what makes them reachable or usable. */
import { annotation, at, fields, list, text } from "./objects.ts";
import type { Fields } from "./values.ts";
import { type Evidence, failed, READY, type Verdict, waiting } from "./verdict.ts";

export function judgeService(service: Fields, { slices }: Evidence): Verdict {
  const type = text(service, "spec", "type") || "ClusterIP";
  if (type === "ExternalName") return READY;
  const ownEndpoints = Object.keys(fields(service, "spec", "selector")).length > 0;
  const headless = text(service, "spec", "clusterIP") === "None";
  if (ownEndpoints && !headless && !slices.some(hasTarget)) {
    return waiting("no ready pod is behind it: either none matches its selector, or those that do are not ready");
  }
  if (type === "LoadBalancer" && !isExposed(service)) return waiting("no load balancer has given it an address");
  return READY;
}

function hasTarget(slice: Fields): boolean {
  return list(slice, "endpoints").some((endpoint) => at(endpoint, "conditions", "ready") !== false);
}

/** The address is the sign that a controller has taken it. Where lists are empty, it may be that they can't be read. */
export function judgeIngress(ingress: Fields, { services, ingressClasses }: Evidence): Verdict {
  if (isExposed(ingress)) return READY;
  const named = text(ingress, "spec", "ingressClassName");
  const ofClass = ingressClasses.find((item) => nameIs(item, named));
  const class_ =
    named === ""
      ? "it names no class"
      : ofClass || ingressClasses.length === 0
        ? `its class is ${named}${ofClass ? `, of ${text(ofClass, "spec", "controller")}` : ""}`
        : `there is no class ${named}`;
  const gone = backendsOf(ingress).filter(
    (name) => services.length > 0 && !services.some((item) => nameIs(item, name)),
  );
  const missing = gone.map((name) => `there is no Service ${name}`);
  return waiting(["no ingress controller has given it an address", class_, ...missing].join("; "));
}

/** Names of the Services that it leads to, each once. */
function backendsOf(ingress: Fields): string[] {
  const paths = list(ingress, "spec", "rules").flatMap((rule) => list(rule, "http", "paths"));
  const backends = [at(ingress, "spec", "defaultBackend"), ...paths.map((path) => at(path, "backend"))];
  return [...new Set(backends.map((backend) => text(backend, "service", "name")))].filter((name) => name !== "");
}

const isExposed = (object: Fields): boolean => list(object, "status", "loadBalancer", "ingress").length > 0;

export function judgeClaim(claim: Fields, { storageClasses }: Evidence): Verdict {
  const phase = text(claim, "status", "phase");
  if (phase === "Bound") return READY;
  if (phase === "Lost") return failed("the volume that it was bound to is gone");
  const named = text(claim, "spec", "storageClassName");
  const storageClass = storageClasses.find((item) =>
    named === "" ? annotation(item, "storageclass.kubernetes.io/is-default-class") === "true" : nameIs(item, named),
  );
  // Such a claim is bound when the first pod uses it; a pod that waits for it would wait forever.
  if (text(storageClass, "volumeBindingMode") === "WaitForFirstConsumer") return READY;
  if (!storageClass)
    return waiting(named === "" ? "there is no default storage class" : `there is no storage class ${named}`);
  return waiting(`no volume is bound to it (storage class ${text(storageClass, "metadata", "name")})`);
}

const nameIs = (object: Fields, name: string): boolean => text(object, "metadata", "name") === name;
