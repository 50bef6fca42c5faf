/** The one place in the tool that chooses by platform how a running stack is asked. */
import { platformOf } from "../stack/platform.ts";
import { dockerRuntime } from "./docker/runtime.ts";
import type { Runtime } from "./runtime.ts";

/** The client of Kubernetes takes a while to load, so only a stack that needs it does. */
export async function runtimeFor(stack: string): Promise<Runtime> {
  if (platformOf(stack) === "docker") return dockerRuntime(stack);
  const [{ clusterOf }, { kubernetesRuntime }] = await Promise.all([
    import("./kubernetes/cluster.ts"),
    import("./kubernetes/runtime.ts"),
  ]);
  return kubernetesRuntime(clusterOf(stack));
}
