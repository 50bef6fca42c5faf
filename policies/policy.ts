/** A rule as the engine runs it: over each resource by itself, or over the stack when it is complete. */
import type { PolicyConfigSchema, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import type { Settings } from "./picture.ts";
import { findings, type Rule } from "./rule.ts";

const configSchema: PolicyConfigSchema = {
  properties: {
    requireDigest: { type: "boolean", default: false },
    kubernetesMinor: { type: "integer" },
  },
};

export function toPolicy(rule: Rule): ResourceValidationPolicy | StackValidationPolicy {
  const { name, description, level } = rule;
  const policy = { name, description, enforcementLevel: level, configSchema };
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
