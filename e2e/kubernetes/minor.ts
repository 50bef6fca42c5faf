/** A cluster of one of the minors that the stack is tried on: its API server on loopback, without nodes. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDir } from "../../lab/lab.ts";
import type { Minor } from "../../lab/minors.ts";
import { ensurePackages } from "../../lab/packages.ts";
import { apiserverOf, ensurePrograms, programFile } from "../../lab/programs.ts";
import { startCluster, type TestCluster } from "../../toolchain/kubernetes/test-cluster.ts";

/** With the lab's controllers, whatever the minor, or with none. What isn't built yet is built, which takes minutes. */
export async function startMinor(minor: Minor, { controllers = false } = {}): Promise<TestCluster> {
  const home = mkdtempSync(join(tmpdir(), "horizon-minor-"));
  const lab = { home, cache: cacheDir(), log: join(home, "build.log") };
  const say = (text: string) => void process.stdout.write(`${text}\n`);
  const { etcd } = await ensurePackages(lab, say);
  const manager = controllers ? (["kube-controller-manager"] as const) : [];
  await ensurePrograms(lab, [apiserverOf(minor), ...manager], say);
  rmSync(home, { recursive: true });
  return await startCluster({
    etcd,
    "kube-apiserver": programFile(lab, apiserverOf(minor)),
    "kube-controller-manager": controllers ? programFile(lab, "kube-controller-manager") : undefined,
  });
}
