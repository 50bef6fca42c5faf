/** Shorthands for the examples of the rules: a hardened thing with one difference. */
import { type Container, containerType } from "./docker/container.ts";
import { hardened } from "./docker/hardened.ts";
import { hardenedContainer, hardenedPod } from "./kubernetes/hardened.ts";
import type { Metadata, PodContainer, PodSecurityContext, PodSpec, SecurityContext } from "./kubernetes/pod.ts";
import type { Example } from "./rule.ts";

const name = "subject";

export const docker = (change: Container = {}): Example => [
  { type: containerType, name, props: { ...hardened, ...change } },
];

export const object = (kind: string, props: object): Example => [{ type: `kubernetes:${kind}`, name, props }];

export const pod = (change: PodSpec = {}, metadata: Metadata = {}): Example =>
  object("core/v1:Pod", { metadata, spec: { ...hardenedPod, ...change } });

/** The pod's own security context. */
export const podSecurity = (change: PodSecurityContext): Example =>
  pod({ securityContext: { ...hardenedPod.securityContext, ...change } });

/** The pod's one container. */
export const container = (change: PodContainer): Example => pod({ containers: [{ ...hardenedContainer, ...change }] });

/** The security context of the pod's one container. */
export const security = (change: SecurityContext): Example =>
  container({ securityContext: { ...hardenedContainer.securityContext, ...change } });

/** An init container beside the pod's one container. */
export const initContainer = (change: PodContainer): Example =>
  pod({ initContainers: [{ ...hardenedContainer, name: "prepare", ...change }] });
