import { PolicyPack } from "@pulumi/policy";
import { toPolicy } from "./container.ts";
import { rules } from "./rules.ts";

new PolicyPack("cipherhorizon", { policies: rules.map(toPolicy) });
