/** All documents for the people who own the pool's nodes, by file name. */
import { toContainerd } from "./containerd.ts";
import { toKernel } from "./kernel.ts";
import { toKubelet } from "./kubelet.ts";
import { type NodeProfile, shownCores } from "./profile.ts";
import { toTuned } from "./tuned.ts";

interface Document {
  /** Where it goes on a node. */
  path: string;
  text: string;
}

/** Debian's paths; other distributions have the same files elsewhere. */
export const toDocuments = (profile: NodeProfile): Record<string, Document> => ({
  "grub.cfg": {
    path: "/etc/default/grub.d/50-cipherhorizon.cfg, then update-grub and a reboot",
    text: toKernel(profile),
  },
  "kubelet.conf": {
    path: "/etc/kubernetes/kubelet.conf.d/50-cipherhorizon.conf, the folder named by the kubelet's --config-dir",
    text: toKubelet(profile),
  },
  "tuned.conf": {
    path: "/etc/tuned/profiles/cipherhorizon/tuned.conf (before tuned 2.23 without profiles/), then tuned-adm profile cipherhorizon",
    text: toTuned(profile),
  },
  "containerd.conf": {
    path: "/etc/systemd/system/containerd.service.d/50-cipherhorizon.conf, then systemctl daemon-reload and a restart",
    text: toContainerd(),
  },
});

/** Each with its place on a node at its top. */
export function toFiles(profile: NodeProfile): Map<string, string> {
  const { cores, reserved, isolated, pool } = profile;
  const machine = `cores ${shownCores(cores)}: reserved ${shownCores(reserved)}, isolated ${shownCores(isolated)}`;
  return new Map(
    Object.entries(toDocuments(profile)).map(([name, { path, text }]) => [
      name,
      `# For each node of the pool ${pool.label}=${pool.value}; ${machine}.\n# Goes to ${path}.\n${text}`,
    ]),
  );
}
