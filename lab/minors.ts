/** Which Kubernetes the stack is tried on. The lab runs one minor; of the others there is the API server alone. */

/** Minors of Kubernetes 1, without a gap, oldest first. */
export const minors = [34, 35, 36, 37] as const;
export type Minor = (typeof minors)[number];

/** The one that the lab runs, whose release `kubernetes/go.mod` requires; `apiserver/1.N/go.mod` has that of another. */
export const labMinor = 36;

export type OtherMinor = Exclude<Minor, typeof labMinor>;
export const otherMinors = minors.filter((minor): minor is OtherMinor => minor !== labMinor);
