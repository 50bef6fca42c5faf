/** What is known of an object that is waited for, and what is made of it. Values in, a verdict out: no I/O here. */
import type { Fields } from "./values.ts";

export type Verdict = { state: "ready" } | { state: "waiting" | "failed"; reason: string };

export interface Evidence {
  /** Pods of a workload or job. */
  pods: Fields[];
  /** Warnings about the object and what it owns. */
  events: Fields[];
  nodes: Fields[];
  /** EndpointSlices of a Service. */
  slices: Fields[];
  storageClasses: Fields[];
  /** Of an Ingress: the Services beside it, and the classes of the cluster. */
  services: Fields[];
  ingressClasses: Fields[];
  /** Milliseconds since 1970. */
  now: number;
}

export const NOTHING: Evidence = {
  ...{ pods: [], events: [], nodes: [], slices: [], storageClasses: [], services: [], ingressClasses: [] },
  now: 0,
};
export const READY: Verdict = { state: "ready" };
export const waiting = (reason: string): Verdict => ({ state: "waiting", reason });
export const failed = (reason: string): Verdict => ({ state: "failed", reason });
