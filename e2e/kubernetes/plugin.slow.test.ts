/** The Kubernetes plugin does the same at both ends of what the stack is tried on; for the lab's own minor its own test says so. */
import { minors } from "../../lab/minors.ts";
import { conformance } from "../../toolchain/kubernetes/conformance-suite.ts";
import { startMinor } from "./minor.ts";

for (const minor of [Math.min(...minors), Math.max(...minors)] as (typeof minors)[number][]) {
  conformance(`, on Kubernetes 1.${minor}`, () => startMinor(minor, { controllers: true }));
}
