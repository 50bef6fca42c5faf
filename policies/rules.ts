/** The list of rules, apart from index.ts so that a test can import it without starting a policy server. */
import type { Rule } from "./rule.ts";
import { boundedLogs } from "./rules/bounded-logs.ts";
import { cpuRequest } from "./rules/cpu-request.ts";
import { declaredExposure } from "./rules/declared-exposure.ts";
import { defaultConfinement } from "./rules/default-confinement.ts";
import { defaultDeny } from "./rules/default-deny.ts";
import { entranceNames } from "./rules/entrance-names.ts";
import { entranceTls } from "./rules/entrance-tls.ts";
import { healthCheck } from "./rules/health-check.ts";
import { localProbes } from "./rules/local-probes.ts";
import { loopbackPorts } from "./rules/loopback-ports.ts";
import { memoryLimit } from "./rules/memory-limit.ts";
import { noAccountToken } from "./rules/no-account-token.ts";
import { noCapabilities } from "./rules/no-capabilities.ts";
import { noHostAccess } from "./rules/no-host-access.ts";
import { noHostPorts } from "./rules/no-host-ports.ts";
import { noNewPrivileges } from "./rules/no-new-privileges.ts";
import { noSecretInEnvironment } from "./rules/no-secret-in-environment.ts";
import { noServiceLinks } from "./rules/no-service-links.ts";
import { nonRootUser } from "./rules/non-root-user.ts";
import { pinnedImage } from "./rules/pinned-image.ts";
import { readOnlyRoot } from "./rules/read-only-root.ts";
import { restrictedNamespace } from "./rules/restricted-namespace.ts";
import { safeSysctls } from "./rules/safe-sysctls.ts";
import { stopGrace } from "./rules/stop-grace.ts";
import { volumeTypes } from "./rules/volume-types.ts";

export const rules: Rule[] = [
  nonRootUser,
  pinnedImage,
  readOnlyRoot,
  noCapabilities,
  noNewPrivileges,
  defaultConfinement,
  memoryLimit,
  cpuRequest,
  healthCheck,
  loopbackPorts,
  noHostPorts,
  noHostAccess,
  volumeTypes,
  safeSysctls,
  localProbes,
  noSecretInEnvironment,
  noServiceLinks,
  noAccountToken,
  boundedLogs,
  stopGrace,
  restrictedNamespace,
  declaredExposure,
  entranceTls,
  entranceNames,
  defaultDeny,
];
