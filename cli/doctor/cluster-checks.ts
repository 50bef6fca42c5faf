/** Judges the facts of a cluster. Pure, so that every verdict is tested without the cluster it is about. */
import { minors } from "../../lab/minors.ts";
import type { ClusterFacts } from "./cluster-facts.ts";
import { degraded, type Finding, fine, missing } from "./finding.ts";
import { judgeNodes, type Wanted } from "./node-checks.ts";
import { shownRight } from "./rights.ts";
import { judgeSecrets, type WantedSecret } from "./secret-checks.ts";

export interface ClusterNeeds extends Wanted {
  /** The class that the configuration names; absent: the cluster's default. */
  storageClass?: string | undefined;
  /** That others keep. */
  secrets?: WantedSecret[];
}

export const judgeCluster = (facts: ClusterFacts, needs: ClusterNeeds): Finding[] => [
  fine("cluster", facts.server),
  version(facts),
  rights(facts),
  podSecurity(facts),
  storage(facts, needs),
  networkPolicies(),
  ...judgeSecrets(needs.secrets ?? [], facts.secrets, facts.namespace),
  ...judgeNodes(facts.nodes, needs),
];

function version({ version }: ClusterFacts): Finding {
  const check = "kubernetes";
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version)?.map(Number) ?? [];
  const [oldest, newest] = [Math.min(...minors), Math.max(...minors)];
  if (major !== 1 || minor === undefined) return degraded(check, version, "not a version that the stack is tried on");
  if (minor < oldest) return missing(check, version, `upgrade the cluster to 1.${oldest} or newer`);
  return minor > newest
    ? degraded(check, version, `newer than 1.${newest}, the newest that the stack is tried on`)
    : fine(check, version);
}

function rights({ denied }: ClusterFacts): Finding {
  const check = "rights";
  if (denied.length === 0) return fine(check, "all that the stack needs");
  const shown = denied.map(shownRight);
  const more = shown.length > 6 ? ` and ${shown.length - 6} more` : "";
  return missing(
    check,
    `denied: ${shown.slice(0, 6).join(", ")}${more}`,
    "have them granted, or use other credentials",
  );
}

function podSecurity({ podSecurity }: ClusterFacts): Finding {
  const check = "pod security";
  if (podSecurity === "refused") return fine(check, "a privileged pod is refused in the stack's namespace");
  return podSecurity === "admitted"
    ? degraded(check, "a privileged pod would be admitted in the stack's namespace", "enable the PodSecurity admission")
    : degraded(check, "can't be known before the namespace is there", "run doctor again after `up`");
}

function storage({ storageClasses }: ClusterFacts, { storageClass }: ClusterNeeds): Finding {
  const check = "storage class";
  const names = storageClasses.map(({ name }) => name).join(", ") || "none";
  if (storageClass !== undefined) {
    return storageClasses.some(({ name }) => name === storageClass)
      ? fine(check, storageClass)
      : missing(check, `${storageClass} is not among: ${names}`, "set kubernetes.storageClass to one that is");
  }
  const defaults = storageClasses.filter(({ isDefault }) => isDefault).map(({ name }) => name);
  if (defaults.length === 0) {
    return missing(check, `no default among: ${names}`, "make one the default, or name one in kubernetes.storageClass");
  }
  return defaults.length === 1
    ? fine(check, `${defaults[0]}, the default`)
    : degraded(check, `several defaults: ${defaults.join(", ")}`, "the cluster takes the newest of them");
}

/** The API takes a policy whether anything acts on it or not. */
const networkPolicies = (): Finding =>
  degraded(
    "network policies",
    "the API doesn't say whether they are enforced",
    "where the network plugin ignores them, every pod reaches every other; see its documentation",
  );
