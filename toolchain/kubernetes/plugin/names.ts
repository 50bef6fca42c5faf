/** Names for objects that the program left unnamed, as the official plugin gives them: the resource's name and 8 hex digits. */
import { createHash, randomBytes } from "node:crypto";
import { Refusal } from "./refusal.ts";

export const AUTONAMED = "pulumi.com/autonamed";

export interface Naming {
  /** The resource's name in the program. */
  resource: string;
  /** The engine's seed; the same seed gives the same name, so that a preview and its update agree. */
  seed: Uint8Array;
  /** The project's `pulumi:autonaming`, if it says anything. */
  policy?: { mode: "propose" | "enforce" | "disable"; proposed: string };
}

export function autoname({ resource, seed, policy }: Naming): string {
  if (policy?.mode === "disable") {
    throw new Refusal({
      what: "the object has no name and pulumi:autonaming is disabled",
      given: "metadata.name absent",
      allowed: "a DNS label",
      remedy: `set metadata.name of ${resource}`,
    });
  }
  if (policy?.proposed) return policy.proposed;
  const suffix = seed.length > 0 ? createHash("sha256").update(seed).digest("hex") : randomBytes(4).toString("hex");
  return `${resource.toLowerCase()}-${suffix.slice(0, 8)}`;
}
