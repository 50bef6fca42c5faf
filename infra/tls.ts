/** The certificate that a workload speaks HTTPS with: whether it holds what it names. */
import type { Problem } from "./errors.ts";
import { shown } from "./errors.ts";
import type { Workload } from "./workload.ts";

export function checkTls(where: string, { tls, files = {}, secrets = {} }: Workload): Problem[] {
  if (!tls) return [];
  const { certificate, key, authority } = tls;
  const missing = [
    ...Object.entries({ certificate, key }).filter(([, path]) => !Object.hasOwn(secrets, path)),
    ...Object.entries({ authority }).filter(([, path]) => !Object.hasOwn(files, path)),
  ];
  return missing.map(([part, path]) => ({
    where: `${where}, tls.${part}`,
    what: "nothing of the workload's has this path",
    given: shown(path),
    allowed: part === "authority" ? "a path of `files`" : "a path of `secrets`",
    remedy: "add it there, or name one that is there",
  }));
}
