/** What of the host itself the lab changes while it is up, and how that is put back. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CGROUP, type Lab } from "./lab.ts";

/** 128 MiB of huge pages, of 2 MiB each. */
const HUGE_PAGES = 64;
/** The kubelet sets the others. */
const SYSCTLS = [
  "vm/nr_hugepages",
  "vm/overcommit_memory",
  "vm/panic_on_oom",
  "kernel/panic",
  "kernel/panic_on_oops",
  "kernel/keys/root_maxkeys",
  "kernel/keys/root_maxbytes",
];

const kept = (lab: Lab): string => join(lab.home, "host.json");
const path = (name: string): string => join("/proc/sys", name);

/** For the one lab of the machine: keeps the host's values and raises huge pages where there are fewer; returns their number. */
export function takeHost(lab: Lab, cgroups: string[]): number {
  if (!existsSync(kept(lab))) {
    const values = SYSCTLS.filter((name) => existsSync(path(name))).map((name) => [
      name,
      readFileSync(path(name), "utf8").trim(),
    ]);
    mkdirSync(lab.home, { recursive: true, mode: 0o700 });
    writeFileSync(kept(lab), `${JSON.stringify(Object.fromEntries(values), null, 2)}\n`);
  }
  const pages = () => Number(readFileSync(path("vm/nr_hugepages"), "utf8"));
  if (pages() < HUGE_PAGES) writeFileSync(path("vm/nr_hugepages"), String(HUGE_PAGES));
  // A folder above stands before those in it.
  for (const root of hierarchies()) for (const cgroup of cgroups) makeCgroup(join(root, cgroup));
  return pages();
}

/**
 * Puts the kept values back and removes the cgroups; call when no process of the lab is left. Without kept values the host
 * is as it was, or another user's lab has it.
 */
export function giveBackHost(lab: Lab): void {
  if (!existsSync(kept(lab))) return;
  for (const root of hierarchies()) removeCgroup(join(root, CGROUP));
  const values = JSON.parse(readFileSync(kept(lab), "utf8")) as Record<string, string>;
  for (const [name, value] of Object.entries(values)) {
    if (readFileSync(path(name), "utf8").trim() !== value) writeFileSync(path(name), value);
  }
  rmSync(kept(lab));
}

/** The cgroup tree of version 2, or one for each controller of version 1. */
function hierarchies(): string[] {
  const top = "/sys/fs/cgroup";
  if (existsSync(join(top, "cgroup.controllers"))) return [top];
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  return mounts
    .map((line) => line.split(" "))
    .flatMap(([, where = "", type = ""]) =>
      // Beside version 1 there may be an empty tree of version 2, where runc makes folders too.
      type.startsWith("cgroup") ? [where] : [],
    );
}

function makeCgroup(folder: string): void {
  mkdirSync(folder, { recursive: true });
  // Version 1 lets no process in before the sets are filled.
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    const own = join(folder, file);
    if (existsSync(own) && existsSync(join(folder, "tasks")) && readFileSync(own, "utf8").trim() === "") {
      writeFileSync(own, readFileSync(join(dirname(folder), file), "utf8").trim());
    }
  }
}

function removeCgroup(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeCgroup(join(folder, entry.name));
  }
  rmdirSync(folder);
}
