/** The definitions of the Gateway API's kinds, as the project publishes them in its Go module. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { moduleFolder } from "../go-module.ts";
import { type Fields, isFields } from "./plugin/values.ts";

/** The first version in which TLSRoute is stable. */
const VERSION = "v1.5.1";

export const group = "gateway.networking.k8s.io";

const folder = (version: string) => join(moduleFolder("sigs.k8s.io/gateway-api", version), "config/crd/standard");

export function definitionOf(plural: string, version = VERSION): Fields {
  const file = join(folder(version), `${group}_${plural}.yaml`);
  const [definition] = parseAllDocuments(readFileSync(file, "utf8")).map((document) => document.toJS());
  if (!isFields(definition)) throw new Error(`no definition in ${file}`);
  return definition;
}

/** All of the standard channel: a controller watches more of them than a route needs. */
export function definitions(version = VERSION): Fields[] {
  const plurals = readdirSync(folder(version)).map((name) => name.slice(group.length + 1, -".yaml".length));
  return plurals.filter((plural) => plural !== "vap_safeupgrades").map((plural) => definitionOf(plural, version));
}
