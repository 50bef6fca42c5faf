/** Kubeconfig documents of the lab's own users. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Holder } from "./certificates.ts";
import { API, adminKubeconfig, type Lab, NODES, pki, settings } from "./lab.ts";

/** JSON is YAML. Certificates stand in the document itself, so that it can be copied. */
export function kubeconfig(user: string, ca: string, certificate: string, key: string): string {
  const data = (text: string): string => Buffer.from(text).toString("base64");
  const name = "horizon-lab";
  const document = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: API, "certificate-authority-data": data(ca) } }],
    users: [{ name: user, user: { "client-certificate-data": data(certificate), "client-key-data": data(key) } }],
    contexts: [{ name, context: { cluster: name, user } }],
    "current-context": name,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

export const kubeconfigOf = (lab: Lab, holder: Holder): string =>
  holder === "admin" ? adminKubeconfig(lab) : settings(lab, `${holder}.kubeconfig`);

export function writeKubeconfigs(lab: Lab): void {
  mkdirSync(settings(lab, ""), { recursive: true });
  const kubelets = NODES.map(({ suffix }): Holder => `kubelet${suffix}`);
  const holders: Holder[] = ["admin", "controller-manager", "scheduler", "proxy", ...kubelets];
  for (const holder of holders) {
    const [ca, certificate, key] = ["ca.crt", `${holder}.crt`, `${holder}.key`].map((file) =>
      readFileSync(pki(lab, file), "utf8"),
    ) as [string, string, string];
    writeFileSync(kubeconfigOf(lab, holder), kubeconfig(holder, ca, certificate, key), { mode: 0o600 });
  }
}
