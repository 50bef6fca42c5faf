/** What the tool asks of a stack that runs. One implementation for each platform; which one is chosen in choose.ts. */
import type { Finished, RunOptions } from "../process.ts";

export interface WorkloadStatus {
  name: string;
  /** One of a workload's replicas: the container's or the pod's own name. */
  instance: string;
  state: string;
  /** `healthy`, `starting`, `unhealthy` or `unknown`. */
  health: string;
  restarts: number;
  /** RFC 3339; empty where it has not started. */
  startedAt: string;
  image: string;
}

export interface LogOptions {
  follow: boolean;
  /** Lines from the end. */
  tail: string;
}

/** Something that carries the stack's label. */
export interface StackObject {
  kind: string;
  id: string;
  name: string;
}

export interface Runtime {
  /** What runs now, asked of the platform and not of the state. */
  status(): Promise<WorkloadStatus[]>;
  /** A workload's log on this program's own output; resolves with an exit code. */
  logs(workload: string, options: LogOptions): Promise<number>;
  /** A command in a workload, with this terminal where there is one; resolves with its exit code. */
  attach(workload: string, command: string[]): Promise<number>;
  /** A command in a workload, to its end; like `run` of process.ts. */
  run(workload: string, command: string[], options: Inside): Promise<Finished>;
  /** Everything that carries the stack's label. */
  objects(): Promise<StackObject[]>;
  /** Which of them the next `up` would stumble over, given the exported state. */
  orphans(objects: StackObject[], exportedState: string): StackObject[];
  remove(objects: StackObject[], log: string): Promise<void>;
  /** Whether the object holds data, or is what data can't do without. */
  holdsData(object: StackObject): boolean;
}

export type Inside = Pick<RunOptions, "timeout" | "log" | "onLine" | "input">;
