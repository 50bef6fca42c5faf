/** Third-party images: what each runs as, and the one that the stack can't do without. */
import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { UserError } from "../infra/errors.ts";
import { type ThirdPartyName, thirdPartyImage } from "../infra/images.ts";
import type { Platform } from "../infra/platform.ts";
import type { Duration, Image, Workload } from "../infra/workload.ts";

export function imageOf(platform: Platform, name: ThirdPartyName, opts: ComponentResourceOptions): Image {
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

/** Who an image runs as and how its health is asked, from the one table of images. Group 0 is root's, so it is never taken over. */
export function fixedBy(name: ThirdPartyName, startWithin: Duration): Pick<Workload, "user" | "group" | "health"> {
  const { user, group, health } = thirdPartyImage(name);
  return { user, ...(group > 0 && { group }), health: { exec: health, startWithin } };
}
