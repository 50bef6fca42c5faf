import { type ContainerRule, isUnknown, known } from "../container.ts";
import { hardened } from "../hardened.ts";

const digest = /(^|@)sha256:[0-9a-f]{64}$/;

/** The tag of a reference; a colon before a slash belongs to a registry's port. */
export const tagOf = (reference: string): string | undefined => /:([^:/]+)$/.exec(reference.split("@")[0] ?? "")?.[1];

export const pinnedImage: ContainerRule = {
  name: "pinned-image",
  description: "Runs an image by digest or id, or at least by a tag that is not `latest`.",
  level: "mandatory",
  judge: (container, settings) => {
    if (isUnknown(() => container.image)) return undefined;
    const image = known(() => container.image) ?? "";
    if (digest.test(image)) return undefined;
    if (settings.requireDigest === true) return `image "${image}" is not pinned by digest; use repository:tag@sha256:…`;
    const tag = tagOf(image);
    if (tag !== undefined && tag !== "latest") return undefined;
    return `image "${image}" has ${tag === undefined ? "no tag" : "the tag latest"}; use repository:tag@sha256:…`;
  },
  examples: {
    compliant: [
      hardened,
      { ...hardened, image: "sha256:0000000000000000000000000000000000000000000000000000000000000002" },
      { ...hardened, image: "registry.example:5000/service:1.2" },
    ],
    offending: [
      { ...hardened, image: "service" },
      { ...hardened, image: "service:latest" },
      { ...hardened, image: "registry.example:5000/service" },
      { ...hardened, image: "service@sha256:short" },
    ],
  },
};
