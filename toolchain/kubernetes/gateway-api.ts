/** The definitions of the Gateway API's kinds, as the project publishes them in its Go module; checked against the checksum database. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { type Fields, isFields } from "./plugin/values.ts";

/** The first version in which TLSRoute is stable. */
const GATEWAY_API = "sigs.k8s.io/gateway-api@v1.5.1";
const DOWNLOAD_MS = 120_000;

export const group = "gateway.networking.k8s.io";

export function definitionOf(plural: string): Fields {
  const command = ["mod", "download", "-json", GATEWAY_API];
  const { Dir } = JSON.parse(execFileSync("go", command, { encoding: "utf8", timeout: DOWNLOAD_MS })) as {
    Dir: string;
  };
  const file = join(Dir, "config/crd/standard", `${group}_${plural}.yaml`);
  const [definition] = parseAllDocuments(readFileSync(file, "utf8")).map((document) => document.toJS());
  if (!isFields(definition)) throw new Error(`no definition in ${file}`);
  return definition;
}
