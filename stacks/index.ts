/** The program that Pulumi runs: the configured stack on the configured platform. */
// First, so that it holds for all that follows.
import "../infra/stack-traces.ts";
import { readConfig } from "../infra/config-read.ts";
import { platformFor } from "../infra/platform-for.ts";
import { readSite } from "../infra/site.ts";
import { supplyFor } from "../infra/supply.ts";
import { assembled } from "./assembly.ts";

const config = readConfig();

export default assembled(config, platformFor(config, supplyFor(readSite())));
