/** Draws the picture of what runs in a Docker container. */
import type { Confinement, Process, Unit } from "../picture.ts";
import { items, known } from "../unknown.ts";
import type { Container } from "./container.ts";

const mebibyte = 1024 ** 2;

export function processOf(container: Container, unit: Unit): Process {
  return {
    platform: "docker",
    name: "",
    unit,
    ...nothing,
    get image() {
      return container.image ?? "";
    },
    get runs() {
      return container.start !== false;
    },
    get user() {
      return container.user ?? "";
    },
    get uid() {
      return numberIn(container.user?.split(":")[0]);
    },
    get gid() {
      const [user, group = user] = container.user?.split(":") ?? [];
      return numberIn(group);
    },
    get readOnlyRoot() {
      return container.readOnly === true;
    },
    get privileged() {
      return known(() => container.privileged) === true;
    },
    get adds() {
      return items(() => container.capabilities?.adds).map(plain);
    },
    get drops() {
      return (container.capabilities?.drops ?? []).map(plain);
    },
    get gainsPrivileges() {
      return !(container.securityOpts ?? []).some((option) => /^no-new-privileges([:=]true)?$/.test(option));
    },
    get confinement() {
      return confinementOf(items(() => container.securityOpts));
    },
    get memory() {
      const limit = Math.max(container.memory ?? 0, 0) * mebibyte;
      return { limit, swaps: limit > 0 && container.memorySwap !== container.memory };
    },
    get healthAsked() {
      if (container.start === false) return true;
      const [how = "NONE", ...command] = container.healthcheck?.tests ?? [];
      return how !== "NONE" && command.length > 0;
    },
    get environment() {
      return items(() => container.envs).map(variable);
    },
    get published() {
      return items(() => container.ports).flatMap((port) => {
        const address = known(() => port.ip ?? "0.0.0.0");
        return address === undefined ? [] : [{ port: known(() => port.external ?? port.internal), address }];
      });
    },
    get logsBounded() {
      const driver = container.logDriver ?? "";
      if (!["json-file", "local", ""].includes(driver)) return true;
      return ["max-size", "max-file"].every((option) => (container.logOpts?.[option] ?? "") !== "");
    },
  };
}

/** What this platform doesn't have, or the pack doesn't judge on it. */
const nothing = { cpu: undefined, hostProcess: false, probedHosts: [] };

/** A name is no number: which one it stands for, the image decides. */
const numberIn = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;

/** The engine takes a capability in either case, with or without its prefix. */
const plain = (capability: string): string => capability.toUpperCase().replace(/^CAP_/, "");

/** Without an option the engine's own seccomp profile holds. */
function confinementOf(options: readonly string[]): Confinement {
  const values = (name: string): string[] =>
    options.flatMap((option) => (new RegExp(`^${name}[:=]`).test(option) ? [option.slice(name.length + 1)] : []));
  const labels = values("label");
  const label = (name: string): string | undefined =>
    labels.find((text) => new RegExp(`^${name}[:=]`).test(text))?.slice(name.length + 1);
  const profileOf = (value: string): string => (value === "unconfined" ? "Unconfined" : "Localhost");
  const seccomp = values("seccomp").map(profileOf).sort();
  return {
    seccomp: seccomp.at(-1) ?? "RuntimeDefault",
    appArmor: values("apparmor").map(profileOf),
    seLinux: {
      type: labels.includes("disable") ? "disable" : label("type"),
      user: label("user"),
      role: label("role"),
    },
    procMount: values("systempaths").includes("unconfined") ? "Unmasked" : undefined,
  };
}

function variable(entry: string): Process["environment"][number] {
  const split = entry.indexOf("=");
  return { name: entry.slice(0, split), value: entry.slice(split + 1), secret: false };
}
