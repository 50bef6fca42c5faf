/** Draws the picture of a container of a pod. */
import type { Process, Unit } from "../picture.ts";
import { items, known } from "../unknown.ts";
import { confinementOf } from "./confinement.ts";
import type { ContainerList, Handler, PodContainer, PodSpec, SecurityContext } from "./pod.ts";
import { quantity } from "./quantity.ts";

export interface ProcessContext {
  list: ContainerList;
  /** Whether its pod is meant to run until it is stopped. */
  endless: () => boolean;
  windows: () => boolean;
  spec: () => PodSpec;
  unit: Unit;
}

export function processOf(container: PodContainer, context: ProcessContext): Process {
  const { list, windows, unit } = context;
  const security = (): SecurityContext => container.securityContext ?? {};
  const user = userOf(security, context);
  return {
    platform: "kubernetes",
    unit,
    runs: true,
    logsBounded: true,
    get name() {
      return known(() => container.name) ?? list;
    },
    get image() {
      return container.image ?? "";
    },
    get user() {
      return `${user.uid() ?? ""}:${user.gid() ?? ""}`.replace(/^:$/, "");
    },
    get uid() {
      return user.uid();
    },
    get gid() {
      return user.gid();
    },
    get runAsNonRoot() {
      return security().runAsNonRoot ?? unit.runAsNonRoot ?? false;
    },
    get readOnlyRoot() {
      return security().readOnlyRootFilesystem === true;
    },
    get privileged() {
      return known(() => security().privileged) === true;
    },
    get adds() {
      return windows() ? [] : items(() => security().capabilities?.add);
    },
    get drops() {
      return windows() ? ["ALL"] : (security().capabilities?.drop ?? []);
    },
    get gainsPrivileges() {
      return !windows() && security().allowPrivilegeEscalation !== false;
    },
    get confinement() {
      return confinementOf(security, windows);
    },
    get hostProcess() {
      return known(() => security().windowsOptions?.hostProcess) === true;
    },
    get memory() {
      if (list === "ephemeralContainers") return undefined;
      // A node gives pods no swap unless its kubelet is told to, which no pod can see.
      return { limit: quantity(container.resources?.limits?.memory ?? 0), swaps: false };
    },
    get cpu() {
      const { requests, limits } = container.resources ?? {};
      return list === "ephemeralContainers" ? undefined : quantity(requests?.cpu ?? limits?.cpu ?? 0);
    },
    get healthAsked() {
      return isEnding(container, context) || asks(container.readinessProbe);
    },
    get environment() {
      return environmentOf(container);
    },
    get published() {
      const ports = items(() => container.ports).filter((port) => (known(() => port.hostPort) ?? 0) !== 0);
      return ports.map((port) => ({ port: port.hostPort, address: known(() => port.hostIP) ?? "" }));
    },
    get probedHosts() {
      return probedHostsOf(container);
    },
  };
}

/** What a container says of its user counts before what its pod says. */
function userOf(
  security: () => SecurityContext,
  { spec }: ProcessContext,
): { uid: () => number | undefined; gid: () => number | undefined } {
  const pod = (): PodSpec["securityContext"] => spec().securityContext;
  return {
    uid: () => security().runAsUser ?? pod()?.runAsUser,
    gid: () => security().runAsGroup ?? pod()?.runAsGroup,
  };
}

/** What prepares, or runs to its end, has no health to ask after; a sidecar runs as long as its pod. */
function isEnding(container: PodContainer, { list, endless }: ProcessContext): boolean {
  const sidecar = list === "initContainers" && container.restartPolicy === "Always";
  return (list !== "containers" && !sidecar) || !endless();
}

/** Readiness alone: whether a restart would heal it, which is what liveness is for, only its author knows. */
const asks = (probe: Handler | undefined): boolean =>
  (probe?.exec ?? probe?.httpGet ?? probe?.tcpSocket ?? probe?.grpc) != null;

function environmentOf(container: PodContainer): Process["environment"] {
  const set = items(() => container.env).map((entry) => ({
    name: known(() => entry.name) ?? "",
    value: known(() => entry.value) ?? "",
    secret: known(() => entry.valueFrom?.secretKeyRef) != null,
  }));
  const whole = items(() => container.envFrom).flatMap((source) => {
    const secret = known(() => source.secretRef);
    return secret == null ? [] : [{ name: known(() => secret.name) ?? "envFrom", value: "", secret: true }];
  });
  return [...set, ...whole];
}

function probedHostsOf(container: PodContainer): string[] {
  const handlers: (() => Handler | undefined)[] = [
    () => container.livenessProbe,
    () => container.readinessProbe,
    () => container.startupProbe,
    () => container.lifecycle?.postStart,
    () => container.lifecycle?.preStop,
  ];
  return handlers
    .flatMap((read) => [known(() => read()?.httpGet?.host), known(() => read()?.tcpSocket?.host)])
    .filter((host) => host != null && host !== "") as string[];
}
