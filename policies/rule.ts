/** The shape that all rules share: checks of one or more kinds of subject, what to do about it, and the examples that prove the rule. */
import type { EnforcementLevel, PolicyConfigSchema } from "@pulumi/policy";
import type { Platform, Settings, Subjects } from "./picture.ts";
import { type Found, type Resource, subjectsOf } from "./subjects.ts";
import { known } from "./unknown.ts";

/** The checks of Pod Security's level `restricted`, by the ids that the cluster's own library gives them. */
export type PodSecurityCheck =
  | "allowPrivilegeEscalation"
  | "appArmorProfile"
  | "capabilities_restricted"
  | "hostNamespaces"
  | "hostPorts"
  | "hostProbesAndHostLifecycle"
  | "privileged"
  | "procMount_restricted"
  | "restrictedVolumes"
  | "runAsNonRoot"
  | "runAsUser"
  | "seLinuxOptions"
  | "seccompProfile_restricted"
  | "sysctls"
  | "windowsHostProcess";

export interface Check<Subject> {
  /** The check of Pod Security that this is, on Kubernetes, or a part of it; absent where the rule asks for more than Pod Security does. */
  control?: PodSecurityCheck;
  /** Says what is wrong; undefined when nothing is. */
  finds: (subject: Subject, settings: Settings) => string | undefined;
}

/** A stack of one resource or more. */
export type Example = Resource[];

export interface Rule {
  name: string;
  description: string;
  level: EnforcementLevel;
  /** What to do about it; the rule is for the platforms that are named here. */
  remedy: Partial<Record<Platform, string>>;
  checks: { [Kind in keyof Subjects]?: Check<Subjects[Kind]>[] };
  /** Stacks that pass and that must not, each differing from a hardened one only in what the rule is about. */
  examples: { compliant: Example[]; offending: Example[] };
  /** The settings that the rule heeds. */
  settings?: PolicyConfigSchema["properties"];
}

export interface Finding {
  rule: string;
  where: string;
  message: string;
  control: PodSecurityCheck | undefined;
}

/** What rules find in some resources: in each by itself, and by checks of the stack in all of them together. */
export const findings = (
  rules: readonly Rule[],
  resources: readonly Resource[],
  settings: Settings = {},
): Finding[] => {
  const subjects = subjectsOf(resources);
  return rules.flatMap((rule) => subjects.flatMap((found) => judge(rule, found, settings)));
};

function judge(rule: Rule, { kind, where, subject }: Found, settings: Settings): Finding[] {
  const remedy = rule.remedy[subject.platform];
  const checks = (rule.checks[kind] ?? []) as Check<typeof subject>[];
  if (remedy === undefined) return [];
  return checks.flatMap(({ control, finds }) => {
    const problem = known(() => finds(subject, settings));
    return problem === undefined
      ? []
      : [{ rule: rule.name, where, message: `${where}: ${problem}; ${remedy}`, control }];
  });
}
