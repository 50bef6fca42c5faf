/** The stack, in the order in which it comes to be. A file beside this one is a slice; "stack" is Pulumi's word for dev or prod. */
// First, so that it holds for all that follows.
import "../infra/stack-traces.ts";
import { Certificates } from "../components/certificates/certificates.ts";
import { readConfig } from "../infra/config.ts";
import { platformFor } from "../infra/platform-for.ts";
import { readSite } from "../infra/site.ts";
import { supplyFor } from "../infra/supply.ts";
import { data } from "./data.ts";
import { edge } from "./edge.ts";
import { entranceUrl, serverNames } from "./entrance.ts";
import { observability } from "./observability.ts";
import { notingOrigins } from "./origins.ts";
import { outputs } from "./outputs.ts";
import { trading } from "./trading.ts";

const config = readConfig();
const { platform, origins } = notingOrigins(platformFor(config, supplyFor(readSite())));
const certificates = new Certificates("certificates", { servers: serverNames(config) });

const servers = data(platform, config);
const services = trading(platform, config, servers, certificates);
const watchers = observability(platform, config, servers, services, entranceUrl(config));
const entrance = edge(platform, config, services, watchers, certificates);

export default outputs({
  config,
  data: servers,
  trading: services,
  observability: watchers,
  edge: entrance,
  authority: certificates.authority,
  origins,
});
