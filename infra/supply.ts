/** Turns the site's facts and the table of images into where each image comes from, as a platform takes it. */
import type { ThirdParty } from "./docker/platform.ts";
import { imageSource, type Lock, readLock, thirdPartyImage } from "./images.ts";
import type { Supply } from "./platform-for.ts";
import type { Site } from "./site.ts";

/** Undefined where the image can neither be pulled nor built. */
export function thirdParty(name: string, site: Site["site"], lock: Lock): ThirdParty | undefined {
  const source = imageSource(thirdPartyImage(name), site === "internet", lock);
  if (source.kind === "none") return undefined;
  const { title } = source;
  if (source.kind === "pull") return { origin: "pulled", title, reference: source.reference };
  const { dockerfile, inputs } = source.equivalent;
  return { origin: "built", title, source: { name, context: source.context, dockerfile, inputs } };
}

export function supplyFor(site: Site): Supply {
  const lock = readLock();
  return { site, thirdParty: (name) => thirdParty(name, site.site, lock) };
}
