/** Pods for tests: one that `restricted` just admits, changed in a few places. */
import fc from "fast-check";
import { harmlessVolumes } from "./volume.ts";

type Path = (string | number)[];
interface Change {
  path: Path;
  value: unknown;
}

const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
const identity = { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } };

/** What can be said in either place is said once for the pod, or by each container; a function, so that no change reaches the next pod. */
const minimalPod = (byPod: boolean): object => {
  const own = { ...securityContext, ...(!byPod && identity) };
  return structuredClone({
    metadata: { name: "pod" },
    spec: {
      initContainers: [{ name: "init", image: "example/init", securityContext: own }],
      containers: [{ name: "main", image: "example/main", securityContext: own }],
      ...(byPod && { securityContext: identity }),
    },
  });
};

/** Absence and null too, since both come out of programs. */
const one = (...values: unknown[]): fc.Arbitrary<unknown> => fc.constantFrom(...values, undefined, null);

const flag = one(true, false);
const profile = (type: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    one({}),
    type.map((value) => ({ type: value })),
  );
const profileType = one("RuntimeDefault", "Localhost", "Unconfined", "runtimedefault", "");

/** What a pod and a container can both say. */
const anySecurity: Record<string, fc.Arbitrary<unknown>> = {
  runAsNonRoot: flag,
  runAsUser: one(0, 1, 65532),
  seccompProfile: profile(profileType),
  appArmorProfile: profile(profileType),
  seLinuxOptions: fc.record(
    {
      type: one("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t", "spc_t", "container_T"),
      user: one("", "system_u"),
      role: one("", "system_r"),
      level: one("s0:c123,c456"),
    },
    { requiredKeys: [] },
  ),
  windowsOptions: one({}, { hostProcess: true }, { hostProcess: false }),
};

const sysctls = [
  ...["kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range"],
  ...["net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time"],
  ...["net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem"],
  ...["net.ipv4.tcp_wmem", "net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat"],
  ...["net.core.somaxconn", "kernel.msgmax", "vm.swappiness", "", "toString", "NET.IPV4.TCP_RMEM"],
];

const capability = fc.constantFrom(
  "ALL",
  "all",
  "NET_BIND_SERVICE",
  "CAP_NET_BIND_SERVICE",
  "CHOWN",
  "SYS_ADMIN",
  "NET_RAW",
);
const capabilities = fc.record(
  { add: fc.array(capability, { maxLength: 2 }), drop: fc.array(capability, { maxLength: 2 }) },
  { requiredKeys: [] },
);

const host = one("", "127.0.0.1", "example.org");
const handler = fc.oneof(
  host.map((value) => ({ httpGet: { port: 80, host: value } })),
  host.map((value) => ({ tcpSocket: { port: 80, host: value } })),
  fc.constant({ exec: { command: ["true"] } }),
);

const otherVolumes = [
  ...["hostPath", "gcePersistentDisk", "awsElasticBlockStore", "gitRepo", "nfs", "iscsi", "glusterfs", "rbd"],
  ...["flexVolume", "cinder", "cephfs", "flocker", "fc", "azureFile", "vsphereVolume", "quobyte", "azureDisk"],
  ...["portworxVolume", "photonPersistentDisk", "scaleIO", "storageos"],
];
// One kind each: the API takes no volume of two, and makes an emptyDir of one that has none.
const volume = fc
  .constantFrom(...harmlessVolumes, ...otherVolumes)
  .map((kind) => ({ name: kind.toLowerCase(), [kind]: {} }));

const containerSecurity: Record<string, fc.Arbitrary<unknown>> = {
  ...anySecurity,
  privileged: flag,
  allowPrivilegeEscalation: flag,
  capabilities: fc.oneof(capabilities, one({})),
  procMount: one("Default", "Unmasked", "default"),
  readOnlyRootFilesystem: flag,
};

const containerFields: Record<string, fc.Arbitrary<unknown>> = {
  securityContext: one({}, securityContext),
  ports: fc.array(fc.record({ containerPort: fc.constant(80), hostPort: one(0, 80) }), { maxLength: 2 }),
  livenessProbe: handler,
  readinessProbe: handler,
  startupProbe: handler,
  lifecycle: fc.record({ postStart: handler, preStop: handler }, { requiredKeys: [] }),
};

const specFields: Record<string, fc.Arbitrary<unknown>> = {
  hostNetwork: flag,
  hostPID: flag,
  hostIPC: flag,
  hostUsers: flag,
  os: one({ name: "linux" }, { name: "windows" }),
  volumes: fc.array(volume, { maxLength: 3 }),
  securityContext: one({}, { runAsNonRoot: true }),
  ephemeralContainers: one([], [{ name: "debug", securityContext }], [{ name: "debug" }]),
};

const appArmor = "container.apparmor.security.beta.kubernetes.io/";
const annotations = fc.dictionary(
  fc.constantFrom(`${appArmor}main`, `${appArmor}other`, "example.org/note"),
  fc.constantFrom("", "runtime/default", "localhost/x", "unconfined", "runtime/Default"),
);

const at = (path: Path, fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Change>[] =>
  Object.entries(fields).map(([field, value]) => value.map((given) => ({ path: [...path, field], value: given })));

const places: Path[] = [
  ["containers", 0],
  ["containers", 1],
  ["initContainers", 0],
  ["ephemeralContainers", 0],
];

const change: fc.Arbitrary<Change> = fc.oneof(
  ...at(["spec"], specFields),
  ...at(["spec", "securityContext"], {
    ...anySecurity,
    sysctls: fc.array(
      fc.constantFrom(...sysctls).map((name) => ({ name, value: "1" })),
      { maxLength: 3 },
    ),
  }),
  ...places.flatMap((place) => at(["spec", ...place], containerFields)),
  ...places.flatMap((place) => at(["spec", ...place, "securityContext"], containerSecurity)),
  ...at(["metadata"], { annotations }),
);

/** Sets a value in a tree, making what is missing on the way; a list grows by one at most. */
function set(tree: Record<string | number, unknown>, [first, ...rest]: Path, value: unknown): void {
  if (first === undefined) return;
  const key = Array.isArray(tree) && typeof first === "number" ? Math.min(first, tree.length) : first;
  if (rest.length === 0) {
    tree[key] = structuredClone(value);
    return;
  }
  if (typeof tree[key] !== "object" || tree[key] === null) tree[key] = typeof rest[0] === "number" ? [] : {};
  set(tree[key] as Record<string | number, unknown>, rest, value);
}

/** As JSON takes it: what is absent isn't there at all. */
export const pods: fc.Arbitrary<object> = fc
  .tuple(fc.boolean(), fc.array(change, { maxLength: 4 }))
  .map(([byPod, changes]) => {
    const pod = minimalPod(byPod);
    for (const { path, value } of changes) set(pod as Record<string, unknown>, path, value);
    return JSON.parse(JSON.stringify(pod)) as object;
  });
