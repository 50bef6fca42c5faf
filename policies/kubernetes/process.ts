/** Draws the picture of a container of a pod. */
import type { Process } from "../picture.ts";
import { items, known } from "../unknown.ts";
import { confinementOf } from "./confinement.ts";
import type { ContainerList, Handler, PodContainer, SecurityContext } from "./pod.ts";
import { quantity } from "./quantity.ts";
import type { PodUnit } from "./unit.ts";

export class PodProcess implements Process {
  readonly platform = "kubernetes";
  readonly runs = true;
  readonly logsBounded = true;
  readonly unit: PodUnit;
  readonly #container: PodContainer;
  readonly #list: ContainerList;

  constructor(container: PodContainer, list: ContainerList, unit: PodUnit) {
    this.#container = container;
    this.#list = list;
    this.unit = unit;
  }

  get #security(): SecurityContext {
    return this.#container.securityContext ?? {};
  }

  get name() {
    return known(() => this.#container.name) ?? this.#list;
  }

  get image() {
    return this.#container.image ?? "";
  }

  get user() {
    return this.uid === undefined && this.gid === undefined ? "" : `${this.uid ?? ""}:${this.gid ?? ""}`;
  }

  // What a container says counts before what its pod says.
  get uid() {
    return this.#security.runAsUser ?? this.unit.uid ?? undefined;
  }

  get gid() {
    return this.#security.runAsGroup ?? this.unit.security.runAsGroup ?? undefined;
  }

  get runAsNonRoot() {
    return this.#security.runAsNonRoot ?? this.unit.runAsNonRoot ?? false;
  }

  get readOnlyRoot() {
    return this.#security.readOnlyRootFilesystem === true;
  }

  get privileged() {
    return known(() => this.#security.privileged) === true;
  }

  get adds() {
    return this.unit.onWindows ? [] : items(() => this.#security.capabilities?.add);
  }

  get drops() {
    return this.unit.onWindows ? ["ALL"] : (this.#security.capabilities?.drop ?? []);
  }

  get gainsPrivileges() {
    return !this.unit.onWindows && this.#security.allowPrivilegeEscalation !== false;
  }

  get confinement() {
    return confinementOf(
      () => this.#security,
      () => this.unit.onWindows,
    );
  }

  get hostProcess() {
    return known(() => this.#security.windowsOptions?.hostProcess) === true;
  }

  get memory() {
    if (this.#list === "ephemeralContainers") return undefined;
    // A node gives pods no swap unless its kubelet is told to, which no pod can see.
    return { limit: quantity(this.#container.resources?.limits?.memory ?? 0), swaps: false };
  }

  get cpu() {
    if (this.#list === "ephemeralContainers") return undefined;
    const { requests, limits } = this.#container.resources ?? {};
    return quantity(requests?.cpu ?? limits?.cpu ?? 0);
  }

  /** What prepares, or runs to its end, has no health to ask after; a sidecar runs as long as its pod. */
  get healthAsked() {
    const sidecar = this.#list === "initContainers" && this.#container.restartPolicy === "Always";
    if ((this.#list !== "containers" && !sidecar) || !this.unit.endless) return true;
    return asks(this.#container.readinessProbe);
  }

  get environment() {
    return environmentOf(this.#container);
  }

  get published() {
    const ports = items(() => this.#container.ports).filter((port) => (known(() => port.hostPort) ?? 0) !== 0);
    return ports.map((port) => ({ port: port.hostPort, address: known(() => port.hostIP) ?? "" }));
  }

  get probedHosts() {
    return probedHostsOf(this.#container);
  }
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
