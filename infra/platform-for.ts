/** The one place that chooses a platform. Nothing below it knows which was chosen. */
import { getStack } from "@pulumi/pulumi";
import type { Config } from "./config.ts";
import { checkApart } from "./config-data.ts";
import { readHost } from "./docker/host.ts";
import { type DockerOptions, DockerPlatform } from "./docker/platform.ts";
import { refuse } from "./errors.ts";
import { Creator } from "./kubernetes/create.ts";
import { type KubernetesOptions, KubernetesPlatform } from "./kubernetes/platform.ts";
import { product } from "./names.ts";
import type { Platform } from "./platform.ts";

/** What the site offers: how to build, and where third-party images come from. */
export type Supply = Pick<DockerOptions, "site" | "thirdParty">;

export function platformFor(config: Config, supply: Supply): Platform {
  return config.platform === "kubernetes" ? kubernetes(config, supply) : docker(config, supply);
}

function docker({ docker, protect, resources }: Config, supply: Supply): Platform {
  const { subnetPool, subnets, bindAddress } = docker;
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

function kubernetes(config: Config, { site, thirdParty }: Supply): Platform {
  const stack = getStack();
  const { context, kubeconfig, registry, registryLogin } = config.kubernetes;
  const { protect } = config;
  return new KubernetesPlatform(
    { ...kubernetesOptions(config, stack), thirdParty },
    (root) => new Creator({ stack, context, kubeconfig, registry, registryLogin, protect, site }, root),
  );
}

/** What the configuration says of a cluster, in the platform's terms. */
export function kubernetesOptions(config: Config, stack: string): Omit<KubernetesOptions, "thirdParty"> {
  const { storageClass, size, nodePool, replicas, expose, outside, dnsServers, imagePullSecrets } = config.kubernetes;
  const { ports: _, ...exposing } = expose;
  const namespace = config.kubernetes.namespace ?? `${product}-${stack}`;
  refuse(checkApart(config, namespace));
  return {
    stack,
    namespace,
    storageClass,
    size,
    nodePool,
    replicas,
    exposing,
    pullSecrets: imagePullSecrets,
    kubectl: kubectlFor(config.kubernetes, namespace),
    outside,
    dnsServers,
    resources: config.resources,
  };
}

/** As a person types it: only what differs from what kubectl means by itself. */
function kubectlFor({ kubeconfig, context }: Config["kubernetes"], namespace: string): string {
  const quoted = (text: string) => (/^[\w./~:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  const options = { kubeconfig, context, namespace };
  const given = Object.entries(options).filter((each): each is [string, string] => each[1] !== undefined);
  return ["kubectl", ...given.map(([name, value]) => `--${name} ${quoted(value)}`)].join(" ");
}
