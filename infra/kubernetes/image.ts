/** Images for a cluster: third-party ones as they are, by digest; built ones pushed to the stack's registry, where nodes pull them. */
import type { RegistryImageArgs, RemoteImageArgs } from "@pulumi/docker";
import { type Input, interpolate, type Output } from "@pulumi/pulumi";
import { type BuildSite, repository, toBuiltImage } from "../docker/image.ts";
import type { Problem } from "../errors.ts";
import type { ServiceSource } from "../platform.ts";

/** As Docker builds it, under a name that says where it is pushed. */
export function toRegistryBuild(
  registry: string,
  stack: string,
  source: ServiceSource,
  content: string,
  version: Input<string>,
  site: BuildSite,
): RemoteImageArgs {
  const args = toBuiltImage(stack, source, content, version, site);
  return { ...args, name: interpolate`${registry}/${args.name}` };
}

/** How a push proves who it is: by what `docker login` left on this machine, or not at all. */
export type RegistryLogin = "docker" | "none";

/** The provider pushes only where it was told how to log in. Docker itself speaks plain HTTP to a registry on loopback, and to no other. */
export function toRegistryAuth(registry: string, login: RegistryLogin) {
  const host = registry.split("/")[0] as string;
  const scheme = /^(localhost|127\.[0-9.]+)(:|$)/.test(host) ? "http" : "https";
  return { address: `${scheme}://${host}`, ...(login === "none" && { authDisabled: true }) };
}

/** Kept when the stack goes or moves on: a rollback, and another stack's nodes, may still need it. */
export function toPush(name: Input<string>, content: string): RegistryImageArgs {
  return { name, keepRemotely: true, triggers: { content } };
}

/** By digest: what nodes run is what was pushed, whatever becomes of the tag. */
export function pushedReference(registry: string, stack: string, name: string, digest: Input<string>): Output<string> {
  return interpolate`${registry}/${repository(stack, name)}@${digest}`;
}

export const noRegistry: Problem = {
  where: "cipherhorizon:kubernetes.registry",
  what: "images are built here, and the cluster's nodes must get them from somewhere",
  given: "no registry",
  allowed: "a registry that this machine may push to and the nodes pull from, such as registry.example.com/trading",
  remedy: "run: pulumi config set --path cipherhorizon:kubernetes.registry REGISTRY",
};
