import { container, docker, initContainer, pod } from "../examples.ts";
import type { Process, Settings } from "../picture.ts";
import type { Rule } from "../rule.ts";

/** The tag of a reference; a colon before a slash belongs to a registry's port. */
export const tagOf = (reference: string): string | undefined => /:([^:/]+)$/.exec(reference.split("@")[0] ?? "")?.[1];

/** On Kubernetes a tag is never enough: each node pulls for itself, so two replicas of one tag may run two images. */
export const pinnedImage: Rule = {
  name: "pinned-image",
  description:
    "Runs an image by digest or id. On Docker a tag that is not `latest` will do, unless `requireDigest` is set.",
  level: "mandatory",
  remedy: { docker: "use repository:tag@sha256:…", kubernetes: "use repository:tag@sha256:…" },
  settings: { requireDigest: { type: "boolean", default: false } },
  checks: { process: [{ finds: fault }] },
  examples: {
    compliant: [
      docker(),
      docker({ image: "sha256:0000000000000000000000000000000000000000000000000000000000000002" }),
      docker({ image: "registry.example:5000/service:1.2" }),
      pod(),
    ],
    offending: [
      docker({ image: "service" }),
      docker({ image: "service:latest" }),
      docker({ image: "registry.example:5000/service" }),
      docker({ image: "service@sha256:short" }),
      container({ image: "registry.example:5000/service:1.2" }),
      // An id means something to one engine only.
      container({ image: "sha256:0000000000000000000000000000000000000000000000000000000000000002" }),
      initContainer({ image: "service:latest" }),
    ],
  },
};

function fault({ image, platform }: Process, { requireDigest }: Settings): string | undefined {
  const digest = platform === "docker" ? /(^|@)sha256:[0-9a-f]{64}$/ : /.@sha256:[0-9a-f]{64}$/;
  if (digest.test(image)) return undefined;
  if (requireDigest === true || platform === "kubernetes") return `image "${image}" is not pinned by digest`;
  const tag = tagOf(image);
  if (tag !== undefined && tag !== "latest") return undefined;
  return `image "${image}" has ${tag === undefined ? "no tag" : "the tag latest"}`;
}
