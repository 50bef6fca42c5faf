/** The steps that stand before any work on a stack: state, locks, what an interrupted run left behind. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Report, Step } from "../progress.ts";
import { runtimeFor } from "../runtime/choose.ts";
import { ensureBackend, isLocal } from "./backend.ts";
import { clearDeadLocks, isOrphaned, readLocks } from "./locks.ts";
import { removeOrphans } from "./orphans.ts";
import { ensureStack, type PulumiSession } from "./pulumi.ts";
import { forgetSalt, hideSaltFromGit } from "./salt.ts";

/** State, passphrase and salt fit together afterwards. */
export async function ensureState(stack: string): Promise<void> {
  // In every checkout, not only the one that made the passphrase: Pulumi writes the salt into each.
  if (isLocal(stack)) await hideSaltFromGit();
  if (ensureBackend(stack)) forgetSalt(stack);
}

export const stateStep: Step<PulumiSession> = {
  title: "State",
  run: async (session, report) => {
    await ensureState(session.stack);
    if (isLocal(session.stack)) await awaitOrphanedRun(session.stack, report);
    const dead = isLocal(session.stack) ? clearDeadLocks(session.stack) : [];
    report("the stack to be selected");
    await ensureStack(session);
    if (dead.length === 0) return undefined;
    return `cleared the lock of a dead run (process ${dead.map(({ pid }) => pid).join(", ")})`;
  },
};

export const orphanStep: Step<PulumiSession> = {
  title: "Leftovers of an interrupted run",
  run: async (session) => {
    const orphans = await removeOrphans(await runtimeFor(session.stack), session);
    return orphans.length === 0 ? "none" : `removed ${orphans.map(({ kind, name }) => `${kind} ${name}`).join(", ")}`;
  },
};

/** As long as a first `up` may take; after that Pulumi's own word on the lock is shown. */
const patience = 1_800_000;

/** An earlier run whose `horizon` was killed still holds the lock while it finishes what it began. */
async function awaitOrphanedRun(stack: string, report: Report): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    const orphaned = readLocks(stack).find((lock) => isOrphaned(lock));
    if (orphaned === undefined || Date.now() > deadline) return;
    report(`an earlier run to end (process ${orphaned.pid})`);
    await sleep(500);
  }
}
