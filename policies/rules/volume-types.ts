import { pod } from "../examples.ts";
import { harmlessVolumes } from "../kubernetes/volume.ts";
import type { Rule } from "../rule.ts";

/** Kubernetes only: a Docker volume is a named one or the host's, and no-host-access forbids the latter. */
export const volumeTypes: Rule = {
  name: "volume-types",
  description: `Volumes come from claims or the API (${harmlessVolumes.join(", ")}), never from storage named in the pod.`,
  level: "mandatory",
  remedy: { kubernetes: "claim the storage by a PersistentVolumeClaim" },
  checks: {
    unit: [
      {
        control: "restrictedVolumes",
        // That a directory of the host is no better, no-host-access says.
        finds: ({ volumes }) => {
          const bad = volumes.filter(({ kind }) => kind !== "hostPath" && !harmlessVolumes.includes(kind));
          const said = bad.map(({ name, kind }) => `${name} of type ${kind}`);
          return bad.length > 0 ? `has the volume ${said.join(", ")}` : undefined;
        },
      },
    ],
  },
  examples: {
    compliant: [
      pod({ volumes: harmlessVolumes.map((kind) => ({ name: kind.toLowerCase(), [kind]: {} })) }),
      // The API makes an emptyDir of it.
      pod({ volumes: [{ name: "scratch" }] }),
    ],
    offending: [
      pod({ volumes: [{ name: "data", nfs: { server: "10.0.0.1", path: "/" } }] }),
      pod({ volumes: [{ name: "code", gitRepo: { repository: "https://example.org/x.git" } }] }),
      pod({ volumes: [{ name: "later", notYetInvented: {} }] }),
    ],
  },
};
