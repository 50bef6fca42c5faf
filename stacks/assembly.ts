/** The stack on a platform, in the order in which it comes to be. A file beside this one is a slice; "stack" is Pulumi's word for dev or prod. */
import { Certificates } from "../components/certificates/certificates.ts";
import type { Config } from "../infra/config.ts";
import type { Platform } from "../infra/platform.ts";
import { data } from "./data.ts";
import { edge } from "./edge.ts";
import { entranceUrl, serverNames } from "./entrance.ts";
import { observability } from "./observability.ts";
import { notingOrigins } from "./origins.ts";
import { outputs } from "./outputs.ts";
import { trading } from "./trading.ts";

export function assembled(config: Config, on: Platform) {
  const { platform, origins } = notingOrigins(on);
  const certificates = new Certificates("certificates", { servers: serverNames(config) });

  const servers = data(platform, config);
  const services = trading(platform, config, servers, certificates);
  const watchers = observability(platform, config, servers, services, entranceUrl(config));
  const entrance = edge(platform, config, services, watchers, certificates);

  return outputs({
    config,
    data: servers,
    trading: services,
    observability: watchers,
    edge: entrance,
    authority: certificates.authority,
    origins,
  });
}
