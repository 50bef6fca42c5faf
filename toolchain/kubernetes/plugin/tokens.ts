/** What a resource token of @pulumi/kubernetes stands for: `kubernetes:apps/v1:Deployment` is Deployment of apps/v1. */
import { groupOf, type Kind } from "./objects.ts";
import { Refusal } from "./refusal.ts";

/** Not Kubernetes objects: programs of the official plugin's own. */
const PROGRAMS = ["helm.sh", "kustomize", "yaml"];

export function kindOfToken(token: string): Kind {
  const [, group = "", version = "", kind = ""] = /^kubernetes:([^:/]+)(?:\/([^:/]+))?:([^:]+)$/.exec(token) ?? [];
  if (kind === "") {
    throw refuse(
      `${token} names no Kubernetes object`,
      "kubernetes:GROUP/VERSION:KIND",
      "use a class of @pulumi/kubernetes",
    );
  }
  const apiVersion = version === "" ? group : group === "core" ? version : `${group}/${version}`;
  if (PROGRAMS.includes(groupOf(apiVersion))) {
    throw refuse(
      `${token} is not served by this plugin`,
      "Kubernetes objects; no Helm, Kustomize or YAML packages",
      "declare the objects themselves, or install with HORIZON_TOOLCHAIN=download for the official plugin",
    );
  }
  refuseHelpers(token, { apiVersion, kind });
  return { apiVersion, kind };
}

/** A kind of a custom group may well end in List or Patch; one of Kubernetes' own can't. */
function refuseHelpers(token: string, { apiVersion, kind }: Kind): void {
  const group = groupOf(apiVersion);
  if (group.includes(".") && !group.endsWith(".k8s.io")) return;
  if (/.List$/.test(kind)) {
    throw refuse(
      `${token} is a list, which is no object of its own`,
      "single objects",
      "declare each item as a resource",
    );
  }
  if (/.Patch$/.test(kind)) {
    throw refuse(
      `${token} patches an object that somebody else owns, which this plugin does not do`,
      "objects that the program owns as a whole",
      "declare the object itself and import it, or install with HORIZON_TOOLCHAIN=download for the official plugin",
    );
  }
}

function refuse(what: string, allowed: string, remedy: string): Refusal {
  return new Refusal({ what, given: "that resource type", allowed, remedy });
}
