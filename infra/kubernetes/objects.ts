/** Everything that a workload becomes, by the part it plays. Pure; the order in which it is created is not said here. */
import type { Workload } from "../workload.ts";
import { toAutoscaler } from "./autoscaler.ts";
import { toCertificate } from "./certificate.ts";
import { toConfigMap } from "./config-map.ts";
import type { Context } from "./context.ts";
import { toController } from "./controller.ts";
import { toDisruptionBudget } from "./disruption-budget.ts";
import { toIngress } from "./ingress.ts";
import { toLoadBalancer } from "./load-balancer.ts";
import { toNetworkPolicies } from "./network-policy.ts";
import { toSecret } from "./secret.ts";
import { toService } from "./service.ts";
import { toServiceAccount } from "./service-account.ts";
import { toTlsRoute } from "./tls-route.ts";
import { toClaim } from "./volume.ts";

export function toObjects(w: Workload, ctx: Context) {
  return {
    account: toServiceAccount(w, ctx),
    config: toConfigMap(w, ctx),
    secret: toSecret(w, ctx),
    claim: toClaim(w, ctx),
    policies: toNetworkPolicies(w, ctx),
    controller: toController(w, ctx),
    service: toService(w, ctx),
    loadBalancer: toLoadBalancer(w, ctx),
    certificate: toCertificate(w, ctx),
    ingress: toIngress(w, ctx),
    route: toTlsRoute(w, ctx),
    budget: toDisruptionBudget(w, ctx),
    autoscaler: toAutoscaler(w, ctx),
  };
}

export type Objects = ReturnType<typeof toObjects>;

/** All of them, in the order in which they could be applied. */
export function manifests({ policies, ...single }: Objects) {
  return [...Object.values(single), ...policies].filter((object) => object !== undefined);
}
