/** The prod stack's slices with the trading slice `copies` times: what bench/scale.ts deploys to simulated nodes. */
import "../../infra/stack-traces.ts";
import { ComponentResource, Config } from "@pulumi/pulumi";
import { Certificates } from "../../components/certificates/certificates.ts";
import { readConfig } from "../../infra/config-read.ts";
import type { Platform } from "../../infra/platform.ts";
import { platformFor } from "../../infra/platform-for.ts";
import { readSite } from "../../infra/site.ts";
import { supplyFor } from "../../infra/supply.ts";
import type { Image } from "../../infra/workload.ts";
import { data } from "../../stacks/data.ts";
import { edge } from "../../stacks/edge.ts";
import { entranceUrl, serverNames } from "../../stacks/entrance.ts";
import { observability } from "../../stacks/observability.ts";
import { trading } from "../../stacks/trading.ts";

/** Under a parent of its own type, so that what is in it may have the names that every copy has. */
class Copy extends ComponentResource {
  constructor(number: number) {
    super(`bench:scale:Copy${number}`, `copy-${number}`);
    this.registerOutputs();
  }
}

/** The images once, the workloads under names of their own. */
function copyOf(platform: Platform, number: number, images: Map<string, Image>): Platform {
  return {
    kind: platform.kind,
    build: (source, opts) => {
      const image = images.get(source.name) ?? platform.build(source, opts);
      images.set(source.name, image);
      return image;
    },
    thirdParty: (name, opts) => platform.thirdParty(name, opts),
    run: (workload, opts) =>
      platform.run(number === 0 ? workload : { ...workload, name: `${workload.name}-${number}` }, opts),
  };
}

const config = readConfig();
const copies = new Config("scale").requireNumber("copies");
const platform = platformFor(config, supplyFor(readSite()));
const images = new Map<string, Image>();

const certificates = new Certificates("certificates", { servers: serverNames(config) });
const servers = data(platform, config);
const first = trading(copyOf(platform, 0, images), config, servers, certificates);
for (let number = 1; number < copies; number += 1) {
  trading(copyOf(platform, number, images), config, servers, certificates, { parent: new Copy(number) });
}
const watchers = observability(platform, config, servers, first, entranceUrl(config));
edge(platform, config, first, watchers, certificates);
