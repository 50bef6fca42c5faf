/** The Secrets with which managed servers are administered: whether they are there, and have the keys that pods mount. Pure. */
import type { Config } from "../../infra/config.ts";
import { caKey, foreign, managedKinds } from "../../infra/managed.ts";
import { type Finding, fine, missing } from "./finding.ts";

export interface WantedSecret {
  server: string;
  name: string;
  keys: string[];
}

/** A Secret's keys; absent where there is none of this name. */
export type FoundSecrets = Record<string, string[] | undefined>;

export function secretsOf(config: Pick<Config, (typeof managedKinds)[number]>): WantedSecret[] {
  return managedKinds.flatMap((kind) => {
    const { managed } = config[kind];
    if (!managed) return [];
    const { user } = foreign(kind, managed).address;
    const { secretName, caSecretName } = managed;
    return [
      { server: kind, name: secretName, keys: [...(user === undefined ? ["username"] : []), "password"] },
      ...(caSecretName === undefined ? [] : [{ server: kind, name: caSecretName, keys: [caKey] }]),
    ];
  });
}

export const judgeSecrets = (wanted: WantedSecret[], found: FoundSecrets, namespace: string): Finding[] =>
  wanted.map((each) => judge(each, found[each.name], namespace));

function judge({ server, name, keys }: WantedSecret, found: string[] | undefined, namespace: string): Finding {
  const check = `secret for ${server}`;
  const literals = keys.map((key) => (key === caKey ? `--from-file=${key}=FILE` : `--from-literal=${key}=…`)).join(" ");
  if (found === undefined) {
    return missing(
      check,
      `no Secret ${name} in namespace ${namespace}`,
      `make the namespace if it isn't there, then: kubectl -n ${namespace} create secret generic ${name} ${literals}`,
    );
  }
  const lacking = keys.filter((key) => !found.includes(key));
  if (lacking.length === 0) return fine(check, `${name}, with ${keys.join(" and ")}`);
  const user = lacking.includes("username") ? ", or name the user in managed.url" : "";
  return missing(
    check,
    `${name} has no key ${lacking.join(", ")}, only: ${found.join(", ") || "none"}`,
    `add ${lacking.join(" and ")} to it${user}`,
  );
}
