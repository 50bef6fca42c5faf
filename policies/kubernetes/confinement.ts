/** How a pod or a container asks to be confined. */
import type { Confinement } from "../picture.ts";
import { known } from "../unknown.ts";
import type { SecurityContext } from "./pod.ts";

type Annotations = Record<string, string> | undefined;

/** A profile without a type is no valid one; on Windows there is no seccomp to ask for. */
export function confinementOf(
  security: () => SecurityContext,
  windows: () => boolean,
  annotations: () => Annotations = () => undefined,
): Confinement {
  return {
    get seccomp() {
      return windows() ? "RuntimeDefault" : typeOf(security().seccompProfile);
    },
    get appArmor() {
      const profile = known(() => typeOf(security().appArmorProfile));
      return [...(profile === undefined ? [] : [profile]), ...annotatedProfiles(known(annotations) ?? {})];
    },
    get seLinux() {
      const options = known(() => security().seLinuxOptions);
      if (options == null) return undefined;
      return { type: known(() => options.type), user: known(() => options.user), role: known(() => options.role) };
    },
    get procMount() {
      return known(() => security().procMount);
    },
  };
}

const typeOf = (profile: { type?: string } | null | undefined): string | undefined =>
  profile == null ? undefined : (profile.type ?? "");

const annotation = "container.apparmor.security.beta.kubernetes.io/";

/** The older way to set AppArmor profiles, in the words of the newer. */
function annotatedProfiles(annotations: Record<string, string>): string[] {
  const keys = Object.keys(annotations).filter((key) => key.startsWith(annotation));
  return keys.map((key) => {
    const profile = known(() => annotations[key]) ?? "";
    if (profile === "" || profile === "runtime/default") return "RuntimeDefault";
    return profile.startsWith("localhost/") ? "Localhost" : profile;
  });
}
