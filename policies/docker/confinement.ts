/** How the options of a Docker container confine it, in the words of Kubernetes. */
import type { Confinement } from "../picture.ts";

/** Without an option for it the engine's own seccomp profile holds. */
export function confinementOf(options: readonly string[]): Confinement {
  const labels = valuesOf("label", options);
  const loosest = valuesOf("seccomp", options).map(profileOf).sort().at(-1);
  return {
    seccomp: loosest ?? "RuntimeDefault",
    appArmor: valuesOf("apparmor", options).map(profileOf),
    seLinux: {
      type: labels.includes("disable") ? "disable" : valuesOf("type", labels)[0],
      user: valuesOf("user", labels)[0],
      role: valuesOf("role", labels)[0],
    },
    procMount: valuesOf("systempaths", options).includes("unconfined") ? "Unmasked" : undefined,
  };
}

/** The engine takes `name=value` and, as it did at first, `name:value`. */
const valuesOf = (name: string, options: readonly string[]): string[] =>
  options.flatMap((option) =>
    /[:=]/.exec(option)?.index === name.length && option.startsWith(name) ? [option.slice(name.length + 1)] : [],
  );

const profileOf = (value: string): string => (value === "unconfined" ? "Unconfined" : "Localhost");
