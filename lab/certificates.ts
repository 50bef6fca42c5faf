/** The cluster's own authority and the certificates it gives, made by openssl and kept while the lab's data is. */
import { existsSync, mkdirSync } from "node:fs";
import { LabError } from "./errors.ts";
import { type Lab, type LabNode, LINK, NODES, pki, SERVICES } from "./lab.ts";
import { call } from "./process.ts";

const DAYS = "3650";
const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

export interface Identity {
  /** Common name: the user. */
  user: string;
  /** Organisation: the group. */
  group?: string;
  /** A server's names and addresses. */
  serves?: string[];
}

const kubelet = ({ name, address }: LabNode) => ({
  user: `system:node:${name}`,
  group: "system:nodes",
  serves: [`DNS:${name}`, `IP:${address}`],
});

/** Who is who in the cluster: the users and groups that Kubernetes' own roles are bound to. */
export const IDENTITIES = {
  admin: { user: "horizon", group: "system:masters" },
  apiserver: {
    user: "kube-apiserver",
    // It also calls the kubelet, as itself.
    group: "system:masters",
    serves: [
      ...["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"].map((name) => `DNS:${name}`),
      "DNS:kubernetes.default.svc.cluster.local",
      ...["127.0.0.1", LINK.node, SERVICES.api].map((address) => `IP:${address}`),
    ],
  },
  "controller-manager": { user: "system:kube-controller-manager" },
  scheduler: { user: "system:kube-scheduler" },
  kubelet: kubelet(NODES[0]),
  "kubelet-2": kubelet(NODES[1]),
  "kubelet-3": kubelet(NODES[2]),
  proxy: { user: "system:kube-proxy" },
} satisfies Record<string, Identity>;

export type Holder = keyof typeof IDENTITIES;

export function subject({ user, group }: Identity): string {
  return `${group === undefined ? "" : `/O=${group}`}/CN=${user}`;
}

/** Makes what is missing. */
export async function ensureCertificates(lab: Lab): Promise<void> {
  mkdirSync(pki(lab, ""), { recursive: true, mode: 0o700 });
  if (!existsSync(pki(lab, "ca.crt"))) {
    const names = ["-subj", "/CN=horizon-lab", "-addext", "keyUsage=critical,digitalSignature,keyCertSign"];
    await request(lab, "ca", names);
  }
  for (const [holder, identity] of Object.entries(IDENTITIES)) {
    if (existsSync(pki(lab, `${holder}.crt`))) continue;
    await request(lab, holder, [
      ...["-CA", pki(lab, "ca.crt"), "-CAkey", pki(lab, "ca.key"), "-subj", subject(identity)],
      ...["-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=clientAuth,serverAuth"],
      ...("serves" in identity ? ["-addext", `subjectAltName=${identity.serves.join(",")}`] : []),
    ]);
  }
  if (!existsSync(pki(lab, "service-accounts.pub"))) await serviceAccountKey(lab);
}

/** The certificate is written after its key, so one that is there is complete. */
async function request(lab: Lab, holder: string, args: string[]): Promise<void> {
  const files = ["-keyout", pki(lab, `${holder}.key`), "-out", pki(lab, `${holder}.crt`)];
  await openssl(["req", "-x509", "-sha256", "-days", DAYS, ...KEY, ...args, ...files]);
}

async function serviceAccountKey(lab: Lab): Promise<void> {
  const key = pki(lab, "service-accounts.key");
  await openssl(["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-out", key]);
  await openssl(["pkey", "-in", key, "-pubout", "-out", pki(lab, "service-accounts.pub")]);
}

async function openssl(args: string[]): Promise<void> {
  const { code, stderr } = await call("openssl", args);
  if (code === 0) return;
  throw new LabError({
    what: "a certificate can't be made",
    given: `openssl ${args.join(" ")}: ${stderr.trim()}`,
    allowed: "OpenSSL 3.0 or newer",
    remedy: "install it and run the command again",
  });
}
