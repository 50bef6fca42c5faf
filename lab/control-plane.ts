/** The command lines of the control plane. Pure. */
import { kubeconfigOf } from "./kubeconfig.ts";
import { type Lab, LINK, pki, SERVICES } from "./lab.ts";
import { programFile } from "./programs.ts";

const ETCD = "http://127.0.0.1:2379";

/** Nothing but the node's own loopback reaches it. */
export const etcd = (program: string): string[] => [
  program,
  "--data-dir=/var/lib/etcd",
  "--name=lab",
  `--listen-client-urls=${ETCD}`,
  `--advertise-client-urls=${ETCD}`,
  "--listen-peer-urls=http://127.0.0.1:2380",
  "--initial-advertise-peer-urls=http://127.0.0.1:2380",
  "--initial-cluster=lab=http://127.0.0.1:2380",
  "--log-level=warn",
  "--logger=zap",
];

export const apiserver = (lab: Lab): string[] => [
  programFile(lab, "kube-apiserver"),
  `--etcd-servers=${ETCD}`,
  `--advertise-address=${LINK.node}`,
  `--service-cluster-ip-range=${SERVICES.network}`,
  "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
  `--service-account-key-file=${pki(lab, "service-accounts.pub")}`,
  `--service-account-signing-key-file=${pki(lab, "service-accounts.key")}`,
  `--client-ca-file=${pki(lab, "ca.crt")}`,
  `--tls-cert-file=${pki(lab, "apiserver.crt")}`,
  `--tls-private-key-file=${pki(lab, "apiserver.key")}`,
  `--kubelet-certificate-authority=${pki(lab, "ca.crt")}`,
  `--kubelet-client-certificate=${pki(lab, "apiserver.crt")}`,
  `--kubelet-client-key=${pki(lab, "apiserver.key")}`,
  "--kubelet-preferred-address-types=InternalIP",
  "--authorization-mode=Node,RBAC",
  "--enable-admission-plugins=NodeRestriction",
  "--allow-privileged=true",
];

/** Starts only after the API server is ready, or it is forbidden to read the authentication settings there. */
export const controllerManager = (lab: Lab): string[] => [
  programFile(lab, "kube-controller-manager"),
  ...asUser(kubeconfigOf(lab, "controller-manager")),
  "--use-service-account-credentials=true",
  `--root-ca-file=${pki(lab, "ca.crt")}`,
  `--service-account-private-key-file=${pki(lab, "service-accounts.key")}`,
];

export const scheduler = (lab: Lab): string[] => [
  programFile(lab, "kube-scheduler"),
  ...asUser(kubeconfigOf(lab, "scheduler")),
];

const asUser = (file: string): string[] => [
  `--kubeconfig=${file}`,
  `--authentication-kubeconfig=${file}`,
  `--authorization-kubeconfig=${file}`,
  "--bind-address=127.0.0.1",
  // There is one of each, and a lease would delay a restart by its term.
  "--leader-elect=false",
];
