/** The kinds of values that a configuration has. Each says what it is, for editors, and what is allowed, for errors. */
import { z } from "zod";
import { block } from "./docker/subnets.ts";
import { checkLatency } from "./latency.ts";
import { type Retention, retentionPattern, sizePattern } from "./units.ts";
import type { LatencyProfile, Size } from "./workload.ts";

export interface Hint {
  allowed: string;
  /** Not shown in an error. */
  secret: boolean;
}

/** Beside the schemas, not in them: the JSON schema must not carry it. */
export const hints = z.registry<Hint>();

export function field<T extends z.ZodType>(type: T, about: string, allowed: string, secret?: "secret"): T {
  const described = type.describe(about) as T;
  hints.add(described, { allowed, secret: secret === "secret" });
  return described;
}

export function size(about: string) {
  return field(text<Size>(sizePattern), about, "a whole number with Ki, Mi or Gi, such as 512Mi");
}

export function retention(about: string) {
  return field(text<Retention>(retentionPattern), about, "a whole number with h or d, such as 24h");
}

/** Text of a pattern, known to the compiler by the type that the pattern makes certain. */
function text<T extends string>(pattern: RegExp): z.ZodType<T, T> {
  return z.string().regex(pattern) as unknown as z.ZodType<T, T>;
}

export function count(about: string, least: number, most: number) {
  return field(z.int().min(least).max(most), about, `a whole number from ${least} to ${most}`);
}

export function cpu(about: string) {
  return field(z.number().min(0.01).max(1024), about, "cores as a number from 0.01, such as 0.5");
}

/** `off` publishes nothing. */
export function hostPort(about: string) {
  return field(z.union([z.int().min(1).max(65535), z.literal("off")]), about, "a port from 1 to 65535, or off");
}

export const networkName = field(
  z.string().regex(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?(\.outside)?$/),
  "A network",
  "a workload's name, or its name with .outside",
);

export function pool(about: string) {
  const type = z.cidrv4({ abort: true }).refine((cidr) => isNetwork(cidr, 8, 20));
  return field(type, about, "a private IPv4 network with a prefix from 8 to 20, such as 10.213.0.0/16");
}

export function subnet(about: string) {
  const type = z.cidrv4({ abort: true }).refine((cidr) => isNetwork(cidr, 16, 29));
  return field(type, about, "an IPv4 network with a prefix from 16 to 29, such as 10.213.255.0/27");
}

export function latency(about: string) {
  const pages = size("Amount of huge pages of this size");
  const type = z.strictObject({
    cpus: field(z.string(), "Exclusive cores, as a CPU list", "a CPU list in rising order, such as 2-3"),
    numaNode: count("Memory node of the cores", 0, 1023).optional(),
    hugePages: z.strictObject({ "2Mi": pages.optional(), "1Gi": pages.optional() }).optional(),
    lockMemory: field(z.boolean(), "Whether memory is locked", "true or false").optional(),
  });
  return type
    .superRefine((value, ctx) => {
      for (const { where, allowed, given } of checkLatency("", value as LatencyProfile)) {
        const path = where.split(".").filter((part) => part !== "");
        ctx.addIssue({ code: "custom", path, message: allowed, input: given });
      }
    })
    .describe(about) as unknown as z.ZodType<LatencyProfile, LatencyProfile>;
}

function isNetwork(cidr: string, shortest: number, longest: number): boolean {
  const prefix = Number(cidr.split("/")[1]);
  if (prefix < shortest || prefix > longest) return false;
  try {
    block(cidr);
    return true;
  } catch {
    return false;
  }
}
