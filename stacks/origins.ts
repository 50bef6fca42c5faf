/** Where each workload's image came from, noted as the workloads are run. */
import type { Platform } from "../infra/platform.ts";

export interface Noting {
  platform: Platform;
  /** Workload to where its image came from, e.g. `built: redis 8.0.2 from packages`. */
  origins: Record<string, string>;
}

export function notingOrigins(platform: Platform): Noting {
  const origins: Record<string, string> = {};
  return {
    origins,
    platform: {
      kind: platform.kind,
      build: (source, opts) => platform.build(source, opts),
      thirdParty: (name, opts) => platform.thirdParty(name, opts),
      run: (workload, opts) => {
        origins[workload.name] = `${workload.image.origin}: ${workload.image.title}`;
        return platform.run(workload, opts);
      },
    },
  };
}
