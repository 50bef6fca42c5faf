/** The provider's configuration, from its own arguments or, where those are silent, the official plugin's variables. */
import { Refusal } from "./refusal.ts";

export interface Settings {
  /** Content of a kubeconfig, or its path; empty for the ambient one. */
  kubeconfig: string;
  context: string;
  cluster: string;
  /** Empty for the context's own, which in turn is `default` where it names none. */
  namespace: string;
  deleteUnreachable: boolean;
  skipUpdateUnreachable: boolean;
  enableConfigMapMutable: boolean;
  enableSecretMutable: boolean;
  enablePatchForce: boolean;
  upsertExistingObjects: boolean;
  suppressDeprecationWarnings: boolean;
}

const FLAGS = {
  deleteUnreachable: "PULUMI_K8S_DELETE_UNREACHABLE",
  skipUpdateUnreachable: "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE",
  enableConfigMapMutable: "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE",
  enableSecretMutable: "PULUMI_K8S_ENABLE_SECRET_MUTABLE",
  enablePatchForce: "PULUMI_K8S_ENABLE_PATCH_FORCE",
  upsertExistingObjects: "PULUMI_K8S_UPSERT_EXISTING_OBJECTS",
  suppressDeprecationWarnings: "PULUMI_K8S_SUPPRESS_DEPRECATION_WARNINGS",
} as const;

/** Arguments that would change what happens to the cluster, so they can't be ignored. */
const UNSUPPORTED: Record<string, string> = {
  renderYamlToDirectory: "use horizon render",
  alwaysRender: "use horizon render",
  helmReleaseSettings: "install with HORIZON_TOOLCHAIN=download for the official plugin, which knows Helm",
};

type Variables = Record<string, string>;

export function parseSettings(variables: Variables, environment: NodeJS.ProcessEnv = process.env): Settings {
  const given = (name: string) => variables[name] ?? "";
  const flags = Object.fromEntries(
    Object.entries(FLAGS).map(([name, variable]) => [name, (variables[name] ?? environment[variable]) === "true"]),
  ) as Record<keyof typeof FLAGS, boolean>;
  return {
    kubeconfig: given("kubeconfig"),
    context: given("context"),
    cluster: given("cluster"),
    namespace: given("namespace"),
    ...flags,
  };
}

/** What is wrong with the arguments, by argument. */
export function settingsProblems(variables: Variables): { property: string; reason: string }[] {
  const problems = Object.entries(UNSUPPORTED)
    .filter(([name]) => !["", "false"].includes(variables[name] ?? ""))
    .map(([name, remedy]) => problem(name, variables[name] ?? "", "absent", remedy));
  if (variables.enableServerSideApply === "false") {
    problems.push(
      problem("enableServerSideApply", "false", "true or absent", "leave it out; this plugin always applies"),
    );
  }
  return problems;
}

function problem(property: string, given: string, allowed: string, remedy: string) {
  const what = `kubernetes:${property} is not served by this plugin`;
  return { property, reason: new Refusal({ what, given, allowed, remedy }).message };
}
