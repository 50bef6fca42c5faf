/** Settings and command lines of what runs on the node: containerd, kubelet, kube-proxy, the registry. Pure. */
import { kubeconfigOf } from "./kubeconfig.ts";
import {
  cgroupOf,
  isFirst,
  type Lab,
  type LabNode,
  NODE_POOL,
  nodeSettings,
  PODS,
  pki,
  REGISTRY,
  SERVICES,
  settings,
} from "./lab.ts";
import { programFile } from "./programs.ts";

export const SOCKET = "/run/containerd/containerd.sock";

export const containerd = (lab: Lab, node: LabNode, program: string): string[] => [
  program,
  `--config=${nodeSettings(lab, node, "containerd.toml")}`,
];

export const containerdSettings = (lab: Lab, node: LabNode, cniDir: string, pauseImage: string): string => `version = 2
disabled_plugins = [
  "io.containerd.internal.v1.opt",
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
]

[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${pauseImage}"
# Without CAP_SYS_RESOURCE a sandbox could not lower its score and would fail.
restrict_oom_score_adj = true
# Off by default: limits of huge pages would end at the pod.
disable_hugetlb_controller = false

[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "${cniDir}"
conf_dir = "${nodeSettings(lab, node, "cni")}"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
`;

/** Every pod has a link of its own to the node, so all its packets are routed and pass the forward chain. */
export const cniSettings = ({ pods }: LabNode): unknown => ({
  cniVersion: "0.4.0",
  name: "horizon-lab",
  plugins: [
    {
      type: "ptp",
      ipMasq: false,
      ipam: { type: "host-local", ranges: [[{ subnet: pods }]], routes: [{ dst: "0.0.0.0/0" }] },
    },
  ],
});

export const kubelet = (lab: Lab, node: LabNode): string[] => [
  programFile(lab, "kubelet"),
  `--config=${nodeSettings(lab, node, "kubelet.json")}`,
  `--kubeconfig=${kubeconfigOf(lab, `kubelet${node.suffix}`)}`,
  `--hostname-override=${node.name}`,
  `--node-ip=${node.address}`,
  ...(isFirst(node) ? [`--node-labels=${NODE_POOL.label}=${NODE_POOL.value}`] : []),
];

/**
 * An integer Guaranteed pod gets a core of its own. Of the machine's one set of cores only one kubelet can give any away. Its cores,
 * memory and huge pages are of one memory node. What is reserved is also systemReserved and the eviction threshold.
 */
const wholeCores = {
  cpuManagerPolicy: "static",
  cpuManagerPolicyOptions: { "full-pcpus-only": "true" },
  topologyManagerPolicy: "single-numa-node",
  memoryManagerPolicy: "Static",
  reservedMemory: [{ numaNode: 0, limits: { memory: "356Mi" } }],
};

export const kubeletSettings = (lab: Lab, node: LabNode): unknown => ({
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: pki(lab, "ca.crt") },
  },
  authorization: { mode: "Webhook" },
  tlsCertFile: pki(lab, `kubelet${node.suffix}.crt`),
  tlsPrivateKeyFile: pki(lab, `kubelet${node.suffix}.key`),
  containerRuntimeEndpoint: `unix://${SOCKET}`,
  cgroupDriver: "cgroupfs",
  cgroupRoot: `/${cgroupOf(node)}`,
  failCgroupV1: false,
  failSwapOn: false,
  clusterDNS: [SERVICES.dns],
  clusterDomain: "cluster.local",
  // The host's resolver says nothing about the lab.
  resolvConf: "",
  ...(isFirst(node) && wholeCores),
  // Keeps core 0 for everything else, and leaves nine tenths of it to be requested.
  systemReserved: { cpu: "100m", memory: "256Mi" },
  enforceNodeAllocatable: ["pods"],
  maxPods: 200,
  serializeImagePulls: false,
  volumePluginDir: "/var/lib/kubelet/volume-plugins",
  // The disk is the host's: what others keep there must not evict pods or delete images.
  imageGCHighThresholdPercent: 100,
  evictionHard: { "memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
});

export const proxy = (lab: Lab, node: LabNode): string[] => [
  programFile(lab, "kube-proxy"),
  `--config=${nodeSettings(lab, node, "proxy.json")}`,
];

export const proxySettings = (lab: Lab, node: LabNode): unknown => ({
  apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
  kind: "KubeProxyConfiguration",
  mode: "nftables",
  hostnameOverride: node.name,
  clientConnection: { kubeconfig: kubeconfigOf(lab, "proxy") },
  clusterCIDR: PODS,
  detectLocalMode: "ClusterCIDR",
  // The limits of connection tracking belong to the host; 0 leaves them alone.
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
});

/** One process on the host and one in the node serve the same folder at the same address. */
export const registry = (lab: Lab, program: string): string[] => [program, "serve", settings(lab, "registry.json")];

export const registrySettings = (folder: string): unknown => ({
  version: "0.1",
  log: { level: "warn" },
  storage: { filesystem: { rootdirectory: folder }, delete: { enabled: true } },
  http: { addr: REGISTRY },
});
