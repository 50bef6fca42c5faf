/** The one place that chooses a platform. Nothing below it knows which was chosen. */
import { getStack } from "@pulumi/pulumi";
import type { Config } from "./config.ts";
import { readHost } from "./docker/host.ts";
import { type DockerOptions, DockerPlatform } from "./docker/platform.ts";
import { UserError } from "./errors.ts";
import type { Platform } from "./platform.ts";

/** What the site offers: how to build, and where third-party images come from. */
export type Supply = Pick<DockerOptions, "site" | "thirdParty">;

export function platformFor(config: Config, supply: Supply): Platform {
  if (config.platform === "kubernetes") throw new UserError(laterVersion);
  const { subnetPool, subnets, bindAddress } = config.docker;
  const { protect, resources } = config;
  return new DockerPlatform({
    stack: getStack(),
    subnetPool,
    subnets,
    bindAddress,
    protect,
    resources,
    host: readHost(),
    ...supply,
  });
}

const laterVersion = {
  where: "cipherhorizon:platform",
  what: "this platform comes with a later version",
  given: '"kubernetes"',
  allowed: "docker",
  remedy: "run: pulumi config set cipherhorizon:platform docker",
};
