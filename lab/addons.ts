/** The objects that every cluster has: DNS and a default StorageClass. Pure. */
import { SERVICES } from "./lab.ts";

export const STORAGE_CLASS = "lab-path";
export const PROVISIONER = "cipherhorizon.lab/path";

const DNS = { name: "coredns", namespace: "kube-system", labels: { "k8s-app": "kube-dns" } };

/** Only the cluster's own names: the lab reaches nothing outside. */
const COREFILE = `.:53 {
    errors
    health :8080 {
        lameduck 5s
    }
    ready :8181
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        ttl 5
    }
    cache 5
    loadbalance
}
`;

/** DNS runs as many times as there are nodes, apart, and a drain takes one at a time. */
export const addons = (dnsImage: string, nodes = 1): unknown[] => [
  storageClass(),
  ...dns(dnsImage, nodes),
  ...(nodes > 1 ? [dnsBudget()] : []),
];

function storageClass(): unknown {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: {
      name: STORAGE_CLASS,
      annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
    },
    provisioner: PROVISIONER,
    reclaimPolicy: "Delete",
    volumeBindingMode: "Immediate",
    allowVolumeExpansion: true,
  };
}

function dns(image: string, replicas: number): unknown[] {
  const { name, namespace, labels } = DNS;
  const metadata = { name, namespace, labels };
  const role = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:coredns" };
  const look = ["list", "watch"];
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: role.name },
      rules: [
        { apiGroups: [""], resources: ["endpoints", "services", "pods", "namespaces"], verbs: look },
        { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: look },
      ],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: role.name },
      roleRef: role,
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { Corefile: COREFILE } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: dnsPod(image) } },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...metadata, name: "kube-dns" },
      spec: {
        clusterIP: SERVICES.dns,
        selector: labels,
        ports: [
          { name: "dns", port: 53, protocol: "UDP" },
          { name: "dns-tcp", port: 53, protocol: "TCP" },
        ],
      },
    },
  ];
}

function dnsBudget(): unknown {
  const { name, namespace, labels } = DNS;
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace },
    spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
  };
}

function dnsPod(image: string): unknown {
  const apart = { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: DNS.labels } };
  return {
    affinity: {
      podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: apart }] },
    },
    serviceAccountName: DNS.name,
    priorityClassName: "system-cluster-critical",
    dnsPolicy: "Default",
    securityContext: {
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
      // Port 53 is the one that policies name, and the user isn't root.
      sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "53" }],
    },
    containers: [
      {
        name: "coredns",
        image,
        args: ["-conf", "/etc/coredns/Corefile"],
        ports: [
          { name: "dns", containerPort: 53, protocol: "UDP" },
          { name: "dns-tcp", containerPort: 53, protocol: "TCP" },
        ],
        resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
        readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 1 },
        livenessProbe: { httpGet: { path: "/health", port: 8080 } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        volumeMounts: [{ name: "config", mountPath: "/etc/coredns", readOnly: true }],
      },
    ],
    volumes: [{ name: "config", configMap: { name: DNS.name } }],
  };
}
