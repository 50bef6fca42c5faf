import { PolicyPack } from "@pulumi/policy";
import { toPolicy } from "./policy.ts";
import { rules } from "./rules.ts";

new PolicyPack("cipherhorizon", { policies: rules.map(toPolicy) });
