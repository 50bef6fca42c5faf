/**
 * The platform-neutral description of one thing that runs.
 *
 * A field is here only if it means something on every platform. Each platform's translator takes a workload
 * apart field by field and fails to compile when a field is left over, so nothing is dropped in silence.
 */
import type { Input, Output } from "@pulumi/pulumi";

/** Bytes with a binary unit, e.g. `512Mi`. The unit is part of the type so that a bare number can't be mistaken for MB. */
export type Size = `${number}${"Ki" | "Mi" | "Gi"}`;

/** Processor time in cores, e.g. `0.25`. A ceiling where `latency` is absent; ignored in favour of whole cores where it is present. */
export type Cpu = number;

/** A duration with a unit, e.g. `10s` or `500ms`. */
export type Duration = `${number}${"ms" | "s" | "m"}`;

export type Signal = "SIGTERM" | "SIGINT" | "SIGQUIT";

/** A directory that is writable and lost on restart. `exec` allows mapping executable pages (JVM codecs unpack native code there). */
export interface Scratch {
  size: Size;
  exec?: boolean;
}

/** What a latency-critical workload wants of its host. */
export interface LatencyProfile {
  /** Exclusive cores: a CPU list for Docker (`"2-3"`), its count for Kubernetes. */
  cpus: string;
  /** NUMA node that memory and cores must share; checked on the host, not merely hoped for. */
  numaNode?: number;
  /** Huge pages by page size, e.g. `{ "2Mi": "128Mi" }`. */
  hugePages?: Partial<Record<"2Mi" | "1Gi", Size>>;
  /** Locks memory; needs an unlimited RLIMIT_MEMLOCK from the host. */
  lockMemory?: boolean;
}

/** The portable health check is a command inside the container; a platform may prefer `http` where it can. */
export interface Health {
  exec: string[];
  http?: { port: string; path: string };
  /** How long a healthy start may take before the platform reports failure. */
  startWithin: Duration;
  /** Time between two checks. @default 5s */
  interval?: Duration;
}

/** Where an image came from; an operator sees this among the outputs. */
export type ImageOrigin = "pulled" | "built";

export interface Image {
  /** What a container runs: the image's id (`sha256:…`) or `repository@digest`. */
  reference: Output<string>;
  /** Known at preview: content hash of the build context, or the pinned digest. A changed image shows in the preview through it. */
  content: string;
  origin: ImageOrigin;
  /** For people, e.g. `apache/kafka:4.1.0`. */
  title: string;
}

export interface Workload {
  /** DNS label; also the hostname on every platform. */
  name: string;
  image: Image;
  /** Replaces the image's entrypoint and arguments. */
  command?: string[];
  /** Name to port, the same everywhere. A port named `metrics` serves nothing else, so only the monitoring need reach it. */
  ports: Record<string, number>;
  health: Health;
  env?: Record<string, Input<string>>;
  /** Absolute path to content, read-only, not secret. */
  files?: Record<string, Input<string>>;
  /** Absolute path to content, read-only, secret; never passed by environment. */
  secrets?: Record<string, Input<string>>;
  /** Absolute path to one key of a Secret that somebody else keeps beside the stack: mounted by name, its content is never seen here. */
  secretRefs?: Record<string, SecretKey>;
  /** Present means: exactly one replica, and the directory survives restarts. */
  state?: { path: string; size: Size };
  /** Absolute path to what is writable there; everything else is read-only. */
  scratch?: Record<string, Scratch>;
  replicas?: number;
  resources: { cpu: Cpu; memory: Size };
  latency?: LatencyProfile;
  /** Numeric, never 0. `group` defaults to `user`. */
  user: number;
  group?: number;
  stop: { signal: Signal; graceSeconds: number };
  /**
   * The workloads that form one quorum, this one among them, by name. They reach each other on ports that nobody else
   * may use, and are kept on hosts of their own where there are enough.
   */
  peers?: { members: string[]; ports: string[] };
  /** Start order, name resolution and network reachability, on every platform. */
  needs?: Needed[];
  /** A named port that the monitoring may scrape. */
  metrics?: { port: string; path: string; interval?: Duration };
  /** The monitoring: of what it needs, and of what needs it, it reads the metrics and nothing else. */
  monitors?: boolean;
  /** Port names reachable from outside, each with the port wanted there: of the host, or of a load balancer. */
  expose?: Record<string, number>;
  /**
   * The port on which it speaks HTTPS, and the paths among its secrets and files of the certificate, its key, and the authority
   * that signed it. Whoever stands before it knows by them that it is the one that answers.
   */
  tls?: { port: string; certificate: string; key: string; authority: string };
  /** May open connections to the world outside; without it a workload reaches nothing but what it needs. */
  egress?: boolean;
}

/** One value in a Secret of the cluster. */
export interface SecretKey {
  secret: string;
  key: string;
}

/** Where a foreign server is, as a network policy can say it: pods by namespace and labels (none: all of its pods), or networks. */
export type Place = { namespace: string; labels: Record<string, string> } | { networks: string[] };

/** A server that the stack uses and somebody else runs: an edge leads there, and nothing is waited for. */
export interface Foreign {
  name: string;
  host: string;
  ports: Record<string, number>;
  place: Place;
}

export type Needed = Running | Foreign;

/** A workload that has been handed to a platform. Hostname and ports are plain values, so `kafka:9092` needs no expression. */
export interface Running {
  name: string;
  host: string;
  ports: Record<string, number>;
  metrics?: Workload["metrics"];
  monitors?: Workload["monitors"];
  /** Names of the ports that are for its peers alone. */
  peerPorts?: string[];
  /** Resolves when the workload has reported healthy once. */
  ready: Output<unknown>;
  /** Identity of the image that runs. */
  image: Output<string>;
  /** The platform's own name of it (container name, `deployment/name`), for operators' commands. */
  handle: string;
  /** Names of the workloads it needs. */
  needs: string[];
  /** Outside address by exposed port name, e.g. `127.0.0.1:9443`. */
  exposed: Record<string, string>;
  /** What must run on a machine for those addresses to lead here from it; absent where they do by themselves. */
  forward?: string;
}
