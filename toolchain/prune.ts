/**
 * Removes toolchains that nobody needs any more. The current one and the one used before it stay; so does any that was used
 * within a day, because a shell that took its environment from `horizon env` shows in no list of processes, and any that a
 * process runs from. Called by the holder of the installation lock only.
 */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, join } from "node:path";
import { filesBelow } from "./parts.ts";

const QUIET_MS = 24 * 60 * 60_000;

/** Returns the names of what it removed. `now` in milliseconds. */
export function prune(cache: string, current: string, now: number = Date.now()): string[] {
  const quiet = (folder: string) => now - lastUsed(folder) > QUIET_MS;
  const [, ...older] = toolchains(cache)
    .filter((folder) => folder !== current)
    .sort((a, b) => lastUsed(b) - lastUsed(a));
  const candidates = older.filter(quiet);
  const running = candidates.length > 0 ? whatRuns() : "";
  const gone = candidates.filter((folder) => !running.includes(`${folder}/`));
  for (const folder of gone) remove(cache, folder);
  const orphans = parts(cache).filter((part) => quiet(part) && isOrphan(part));
  for (const part of orphans) remove(cache, part);
  return [...gone, ...orphans].map((path) => basename(path));
}

/** Every use of a toolchain sets its folder's time. */
const lastUsed = (folder: string): number => statSync(folder).mtimeMs;

const folders = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(path, entry.name));

const toolchains = (cache: string): string[] =>
  folders(cache).filter((folder) => existsSync(join(folder, "origin.json")));

/** Parts that are being made are called tmp-… until they are whole. */
const parts = (cache: string): string[] =>
  folders(join(cache, "parts")).filter((folder) => !basename(folder).startsWith("tmp-"));

/** A toolchain shares its parts' files by hard links. */
const isOrphan = (part: string): boolean => filesBelow(part).every((file) => statSync(file).nlink === 1);

/** In one step, so that a removal that is cut off leaves no half toolchain; the next installation clears the rest. */
function remove(cache: string, folder: string): void {
  const aside = mkdtempSync(join(cache, "parts", "tmp-old-"));
  renameSync(folder, join(aside, basename(folder)));
  rmSync(aside, { recursive: true });
}

/** Programs, command lines and environments of all processes, where the system shows them. */
function whatRuns(): string {
  const processes = existsSync("/proc/self/exe") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  const about = (pid: string) => [
    attempt(() => readlinkSync(`/proc/${pid}/exe`)),
    attempt(() => readFileSync(`/proc/${pid}/cmdline`, "utf8")),
    attempt(() => readFileSync(`/proc/${pid}/environ`, "utf8")),
  ];
  return processes.flatMap(about).join("\n");
}

/** Processes end while one looks, and others' can't be read. */
function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
