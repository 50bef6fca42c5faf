/**
 * What a rule sees: the same facts whichever platform they were read from. docker/ and kubernetes/ draw the picture.
 *
 * Its fields are read when a rule asks for them, so that a value which a preview doesn't know yet holds up only the
 * checks that need it (unknown.ts).
 */

export type Platform = "docker" | "kubernetes";

/** What a stack can set; each rule names what it heeds. */
export interface Settings {
  /** Images of Docker containers too by digest or id only; tags are for development. @default false */
  requireDigest?: boolean;
  /** Minor version of the oldest cluster that must accept the stack, from 35 on. @default the newest that the rules know */
  kubernetesMinor?: number;
}

/** How the host confines a process. Absent is the platform's default; names are those of Kubernetes on both platforms. */
export interface Confinement {
  seccomp?: string | undefined;
  appArmor: string[];
  seLinux?: { type?: string | undefined; user?: string | undefined; role?: string | undefined } | undefined;
  procMount?: string | undefined;
}

/** What lives, is scheduled and dies as one: a Docker container, or a pod with all its containers. */
export interface Unit {
  readonly platform: Platform;
  /** Fields by which it joins a namespace of the host. */
  readonly hostNamespaces: string[];
  readonly hostDirectories: string[];
  readonly hostDevices: string[];
  /** Where it asks to be a process of a Windows host. */
  readonly hostProcess: boolean;
  /** The kind of each volume, e.g. `emptyDir`. */
  readonly volumes: { name: string; kind: string }[];
  readonly sysctls: string[];
  /** What it says for all its processes; each may say otherwise. Absent where the platform has no such place. */
  readonly runAsNonRoot?: boolean | undefined;
  readonly uid?: number | undefined;
  readonly confinement: Confinement;
  /** Its root is nobody on the host. */
  readonly ownUsers: boolean;
  /** Addresses of all services of the namespace as environment variables. */
  readonly serviceLinks: boolean;
  /** A token for the platform's API is put into its file system. */
  readonly accountToken: boolean;
  /** Each field that grants seconds between the request to stop and the kill, and the seconds that the stop needs. */
  readonly stop: { field: string; grants: number; needs: number }[];
  readonly processes: Process[];
}

/** A container: one image, started once. */
export interface Process {
  readonly platform: Platform;
  /** Empty where the unit has just one. */
  readonly name: string;
  readonly unit: Unit;
  readonly image: string;
  /** False for a Docker container that is only created, to carry files into a volume, and never started. */
  readonly runs: boolean;
  /** As it is written, for people; `uid` and `gid` are absent unless they are numbers. */
  readonly user: string;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** Whether the platform refuses to start it as root; absent where the platform can't. */
  readonly runAsNonRoot?: boolean | undefined;
  readonly readOnlyRoot: boolean;
  readonly privileged: boolean;
  readonly adds: string[];
  readonly drops: string[];
  readonly gainsPrivileges: boolean;
  readonly confinement: Confinement;
  readonly hostProcess: boolean;
  /** Bytes, and whether swap comes on top; absent where the platform sets no limit on this kind of container. */
  readonly memory: { limit: number; swaps: boolean } | undefined;
  /** Cores that are set aside for it; absent where the platform sets none aside for this kind of container. */
  readonly cpu: number | undefined;
  /** Whether the platform asks after its health, or needn't. */
  readonly healthAsked: boolean;
  readonly environment: { name: string; value: string; secret: boolean }[];
  /** Ports on addresses of the host. */
  readonly published: { port: number | undefined; address: string }[];
  /** Hosts that probes and hooks turn to instead of the container itself. */
  readonly probedHosts: string[];
  /** Whether the platform bounds the logs that it keeps. */
  readonly logsBounded: boolean;
}

/** What gives a set of pods one address. */
export interface Service {
  readonly platform: Platform;
  /** What makes it reachable from outside the cluster. */
  readonly openings: string[];
  /** Whether it says who may come in, or why it is open. */
  readonly declared: boolean;
}

/** What leads from outside to services, by the name that is asked for. */
export interface Entrance {
  readonly platform: Platform;
  /** The names that it answers to; an empty one stands for any. */
  readonly hosts: string[];
  /** Those of them for which it says nothing of TLS. */
  readonly plain: string[];
}

export interface Namespace {
  readonly platform: Platform;
  /** The Pod Security level that the cluster enforces in it; empty where none is. */
  readonly enforces: string;
}

/** All resources of a stack together. */
export interface Stack {
  readonly platform: Platform;
  /** Namespaces in which pods run, and the directions in which one of their policies denies by default. */
  readonly namespaces: { name: string; denies: string[] }[];
}

/** Every kind of subject that a rule can ask about. */
export interface Subjects {
  unit: Unit;
  process: Process;
  service: Service;
  entrance: Entrance;
  namespace: Namespace;
  stack: Stack;
}
