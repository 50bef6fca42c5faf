/** Turns the site's facts and the table of images into where each image comes from. */
import { fileURLToPath } from "node:url";
import type { ThirdParty } from "./docker/platform.ts";
import { images } from "./images.ts";
import type { Supply } from "./platform-for.ts";
import type { Site } from "./site.ts";

const imagesFolder = fileURLToPath(new URL("../images", import.meta.url));

/** What every Dockerfile under images/ may copy besides its own folder. */
const shared = ["collect.sh", "account.sh"];

interface Entry {
  reference: string;
  digest: string;
  folder?: string;
}

/** Pulled only by digest and only where the registry answers; otherwise built; otherwise not to be had here. */
export function thirdParty(
  site: Site["site"],
  name: string,
  table: Record<string, Entry> = images,
): ThirdParty | undefined {
  const entry = table[name];
  if (entry === undefined) throw new Error(`no image called ${name} in the table`);
  const { reference, digest, folder } = entry;
  if (site === "internet" && digest !== "unresolved")
    return { origin: "pulled", title: reference, reference: `${reference}@${digest}` };
  if (folder === undefined) return undefined;
  const source = { name, context: imagesFolder, dockerfile: `${folder}/Dockerfile`, inputs: [folder, ...shared] };
  return { origin: "built", title: `${name}, built like ${reference}`, source };
}

export const supplyFor = (site: Site): Supply => ({ site, thirdParty: (name) => thirdParty(site.site, name) });
