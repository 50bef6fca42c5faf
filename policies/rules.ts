/** The list of rules, apart from index.ts so that a test can import it without starting a policy server. */
import type { ContainerRule } from "./container.ts";
import { boundedLogs } from "./rules/bounded-logs.ts";
import { healthCheck } from "./rules/health-check.ts";
import { loopbackPorts } from "./rules/loopback-ports.ts";
import { memoryLimit } from "./rules/memory-limit.ts";
import { noCapabilities } from "./rules/no-capabilities.ts";
import { noHostAccess } from "./rules/no-host-access.ts";
import { noNewPrivileges } from "./rules/no-new-privileges.ts";
import { noSecretInEnvironment } from "./rules/no-secret-in-environment.ts";
import { nonRootUser } from "./rules/non-root-user.ts";
import { pinnedImage } from "./rules/pinned-image.ts";
import { readOnlyRoot } from "./rules/read-only-root.ts";
import { stopGrace } from "./rules/stop-grace.ts";

export const rules: ContainerRule[] = [
  nonRootUser,
  pinnedImage,
  readOnlyRoot,
  noCapabilities,
  noNewPrivileges,
  memoryLimit,
  healthCheck,
  loopbackPorts,
  noHostAccess,
  noSecretInEnvironment,
  boundedLogs,
  stopGrace,
];
