/** What every container must be, read back from the engine. One that is only created, to carry files, never runs a process. */
import type { Inspected } from "./horizon.ts";

const rules: Record<string, (container: Inspected) => boolean> = {
  "numeric user other than root": ({ Config }) => /^[1-9]\d*(:[1-9]\d*)?$/.test(Config.User),
  "not privileged": ({ HostConfig }) => !HostConfig.Privileged,
  "no capabilities": ({ HostConfig }) =>
    (HostConfig.CapDrop ?? []).includes("ALL") && (HostConfig.CapAdd ?? []).length === 0,
  "no new privileges": ({ HostConfig }) =>
    (HostConfig.SecurityOpt ?? []).some((option) => /^no-new-privileges([:=]true)?$/.test(option)),
  "memory limit without swap": ({ HostConfig }) => HostConfig.Memory > 0 && HostConfig.MemorySwap === HostConfig.Memory,
  "bounded logs": ({ HostConfig: { LogConfig } }) =>
    LogConfig.Type === "json-file" &&
    Number(LogConfig.Config["max-file"]) > 0 &&
    LogConfig.Config["max-size"] !== undefined,
  "ports on loopback": ({ HostConfig }) =>
    Object.values(HostConfig.PortBindings ?? {}).every((bindings) =>
      bindings.every(({ HostIp }) => HostIp === "127.0.0.1"),
    ),
  "own namespaces": ({ HostConfig: { NetworkMode, PidMode, IpcMode } }) =>
    ![NetworkMode, PidMode, IpcMode].includes("host"),
  "no host directory": ({ Mounts }) => Mounts.every(({ Type }) => Type !== "bind"),
};

const whileRunning: Record<string, (container: Inspected) => boolean> = {
  "files and secrets are read-only": ({ Mounts }) =>
    Mounts.filter(({ Destination }) => /^\/(etc|run\/secrets)/.test(Destination)).every(({ RW }) => !RW),
  "read-only root": ({ HostConfig }) => HostConfig.ReadonlyRootfs,
  "health check": ({ Config }) => (Config.Healthcheck?.Test.length ?? 0) > 1,
  "stop grace": ({ Config }) => (Config.StopTimeout ?? 0) > 0,
};

/** The rules that a container breaks. */
export function broken(container: Inspected): string[] {
  const all = container.State.Status === "created" ? rules : { ...rules, ...whileRunning };
  return Object.entries(all).flatMap(([rule, holds]) => (holds(container) ? [] : [rule]));
}
