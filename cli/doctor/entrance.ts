/** The part of `doctor` that a preview asks for too: a way in, or a Secret, that the cluster doesn't have. */
import type { Step } from "../progress.ts";
import type { Context } from "../session.ts";
import { readStackConfig } from "../stack/config.ts";
import type { EntranceNeeds } from "./entrance-facts.ts";
import { type Finding, refuseMissing } from "./finding.ts";

type StackConfig = ReturnType<typeof readStackConfig>;

export function entranceNeeds({ kubernetes }: StackConfig): EntranceNeeds {
  const { expose, imagePullSecrets } = kubernetes;
  const { kind, host, ports, ingressClassName, tlsSecretName, parentRefs, from } = expose;
  const entrance = { kind, host, port: ports.gateway, ingressClassName, tlsSecretName, parentRefs, from };
  return { ...entrance, pullSecrets: imagePullSecrets };
}

export async function examineEntrance(stack: string, config: StackConfig): Promise<Finding[]> {
  const [{ clusterOf }, { gatherEntranceFacts }, { judgeEntrance }] = await Promise.all([
    import("../runtime/kubernetes/cluster.ts"),
    import("./entrance-facts.ts"),
    import("./entrance-checks.ts"),
  ]);
  const needs = entranceNeeds(config);
  return judgeEntrance(await gatherEntranceFacts(clusterOf(stack), needs), needs);
}

/** A preview can't see that a cluster lacks a kind: it may be about to get it. */
export const entranceStep: Step<Context> = {
  title: "Way in",
  run: async ({ stack }) => {
    const config = readStackConfig(stack);
    refuseMissing(await examineEntrance(stack, config));
    return config.kubernetes.expose.kind;
  },
};
