/** A rule as the engine runs it: over each resource by itself, or over the stack when it is complete. */
import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import type { Settings } from "./picture.ts";
import { findings, type Rule } from "./rule.ts";

export function toPolicy(rule: Rule): ResourceValidationPolicy | StackValidationPolicy {
  const { name, description, level, settings: properties } = rule;
  const policy = { name, description, enforcementLevel: level, ...(properties && { configSchema: { properties } }) };
  if (rule.checks.stack !== undefined)
    return {
      ...policy,
      validateStack: (args, report) => {
        for (const { message } of findings([rule], args.resources, args.getConfig<Settings>())) report(message);
      },
    };
  return {
    ...policy,
    validateResource: (args, report) => {
      for (const { message } of findings([rule], [args], args.getConfig<Settings>())) report(message);
    },
  };
}
