/** What the tests of the pack share. */
import type { ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import type { Settings } from "./picture.ts";
import { toPolicy } from "./policy.ts";
import type { Example, Rule } from "./rule.ts";
import { rules } from "./rules.ts";

/** Runs the policy as the engine would and returns what it reports. */
export function violations(rule: Rule, example: Example, settings: Settings = {}): string[] {
  const found: string[] = [];
  const report = (message: string): number => found.push(message);
  const policy = toPolicy(rule);
  const rest = { getConfig: () => settings };
  if ("validateStack" in policy) {
    policy.validateStack({ resources: example, ...rest } as unknown as StackValidationArgs, report);
    return found;
  }
  for (const resource of example) {
    if (typeof policy.validateResource !== "function") throw new Error("a rule validates with one function");
    policy.validateResource({ ...resource, ...rest } as unknown as ResourceValidationArgs, report);
  }
  return found;
}

export function ruleOf(name: string): Rule {
  const rule = rules.find((candidate) => candidate.name === name);
  if (rule === undefined) throw new Error(`no rule ${name}`);
  return rule;
}

/** Rules that judge a resource by itself. */
export const resourceRules = rules.filter(({ checks }) => checks.stack === undefined);
