/** Locks in the state folder of a local stack: those that a dead run left behind are told from those of a living one. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { localStateDir } from "./backend.ts";

export interface Lock {
  file: string;
  pid: number;
  hostname: string;
  timestamp: string;
}

const lockDir = (stack: string): string =>
  join(localStateDir(stack), ".pulumi", "locks", "organization", "cipherhorizon", stack);

export function readLocks(stack: string): Lock[] {
  const dir = lockDir(stack);
  if (!existsSync(dir)) return [];
  const names = readdirSync(dir).filter((name) => name.endsWith(".json"));
  return names.flatMap((name) => readLock(join(dir, name)) ?? []);
}

/** Nothing for a lock that its run takes away, or is still writing, at this moment. */
function readLock(file: string): Lock | undefined {
  try {
    return { file, ...(JSON.parse(readFileSync(file, "utf8")) as Omit<Lock, "file">) };
  } catch {
    return undefined;
  }
}

/**
 * A lock is dead when it was taken on this host and its process is gone, or the process number now belongs to another program.
 * A lock from another host is never judged from here.
 */
export function isDead(lock: Lock, here = hostname(), programOf = commandOf): boolean {
  if (lock.hostname !== here) return false;
  return !(programOf(lock.pid) ?? "").includes("pulumi");
}

function commandOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return undefined;
  }
}

/** A run whose starter is gone goes on by itself until it has written its state; it can only be waited for. */
export function isOrphaned(lock: Lock, here = hostname()): boolean {
  if (lock.hostname !== here || isDead(lock, here)) return false;
  try {
    const stat = readFileSync(`/proc/${lock.pid}/stat`, "utf8");
    // Fields after the program's name, which stands in brackets and may hold spaces: state, then the parent's number.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] === "1";
  } catch {
    return false;
  }
}

/** Removes the dead locks and returns them; living ones stay and make Pulumi itself refuse. */
export function clearDeadLocks(stack: string): Lock[] {
  const dead = readLocks(stack).filter((lock) => isDead(lock));
  for (const lock of dead) rmSync(lock.file);
  return dead;
}
