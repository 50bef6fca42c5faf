/** The fields of a pod that the picture is drawn from, named as in the Kubernetes API. */

export interface Metadata {
  name?: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

interface AnySecurityContext {
  runAsNonRoot?: boolean;
  runAsUser?: number;
  runAsGroup?: number;
  seccompProfile?: { type?: string };
  appArmorProfile?: { type?: string };
  seLinuxOptions?: { type?: string; user?: string; role?: string };
  windowsOptions?: { hostProcess?: boolean };
}

export interface PodSecurityContext extends AnySecurityContext {
  sysctls?: { name?: string; value?: string }[];
}

export interface SecurityContext extends AnySecurityContext {
  privileged?: boolean;
  allowPrivilegeEscalation?: boolean;
  readOnlyRootFilesystem?: boolean;
  procMount?: string;
  capabilities?: { add?: string[]; drop?: string[] };
}

/** What a probe or a lifecycle hook does. */
export interface Handler {
  exec?: { command?: string[] };
  httpGet?: { host?: string; port?: number | string; path?: string };
  tcpSocket?: { host?: string; port?: number | string };
  grpc?: { port?: number };
  sleep?: { seconds?: number };
}

export type Resources = Partial<Record<"limits" | "requests", Record<string, string | number>>>;

export interface PodContainer {
  name?: string;
  image?: string;
  /** `Always` makes an init container a sidecar. */
  restartPolicy?: string;
  securityContext?: SecurityContext;
  resources?: Resources;
  ports?: { containerPort?: number; hostPort?: number; hostIP?: string }[];
  env?: { name?: string; value?: string; valueFrom?: { secretKeyRef?: object; fieldRef?: object } }[];
  envFrom?: { secretRef?: { name?: string }; configMapRef?: { name?: string } }[];
  livenessProbe?: Handler;
  readinessProbe?: Handler;
  startupProbe?: Handler;
  lifecycle?: { postStart?: Handler; preStop?: Handler };
}

export interface Volume {
  name?: string;
  /** One field more, whose name is the volume's kind. */
  [kind: string]: unknown;
}

export const containerLists = ["initContainers", "containers", "ephemeralContainers"] as const;
export type ContainerList = (typeof containerLists)[number];

export interface PodSpec extends Partial<Record<ContainerList, PodContainer[]>> {
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  /** False gives the pod users of its own: its root is nobody on the host. */
  hostUsers?: boolean;
  os?: { name?: string };
  restartPolicy?: string;
  automountServiceAccountToken?: boolean;
  enableServiceLinks?: boolean;
  terminationGracePeriodSeconds?: number;
  securityContext?: PodSecurityContext;
  volumes?: Volume[];
}

/** A pod, or the template of pods. */
export interface Pod {
  metadata?: Metadata;
  spec?: PodSpec;
}
