/** A third-party image that the stack can't do without. */
import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { UserError } from "../infra/errors.ts";
import type { Platform } from "../infra/platform.ts";
import type { Image } from "../infra/workload.ts";

export function imageOf(platform: Platform, name: string, opts: ComponentResourceOptions): Image {
  const image = platform.thirdParty(name, opts);
  if (image) return image;
  throw new UserError({
    where: `image ${name}`,
    what: "it can neither be pulled nor built here",
    given: "no image registry answers, and there is no equivalent built from packages",
    allowed: "a site that reaches an image registry, or an image that has an equivalent",
    remedy: "run `horizon doctor` to see what this site reaches",
  });
}
