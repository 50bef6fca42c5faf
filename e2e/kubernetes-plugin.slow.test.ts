/** The Kubernetes plugin does the same on every minor that the stack is tried on; on the lab's, its own test says so. */
import { otherMinors } from "../lab/minors.ts";
import { conformance } from "../toolchain/kubernetes/conformance-suite.ts";
import { startMinor } from "./minor.ts";

for (const minor of otherMinors) {
  conformance(`, on Kubernetes 1.${minor}`, () => startMinor(minor, { controllers: true }));
}
