/** What the kernel says of a process of a pod: its own files, on either version of cgroups. None of it is a report of ours. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const top = "/sys/fs/cgroup";
const isUnified = existsSync(join(top, "cgroup.controllers"));

const file = (pid: number, name: string): string => readFileSync(`/proc/${pid}/${name}`, "utf8");

/** The cores that it may run on, as the kernel lists them. */
export const coresOf = (pid: number): string => /^Cpus_allowed_list:\s*(\S+)/m.exec(file(pid, "status"))?.[1] ?? "";

/** Bytes of its memory that are in huge pages. */
export const hugeBytesOf = (pid: number): number =>
  [...file(pid, "smaps_rollup").matchAll(/^(?:Shared|Private)_Hugetlb:\s*(\d+) kB/gm)].reduce(
    (sum, [, kib]) => sum + Number(kib) * 1024,
    0,
  );

/** Where a huge page file system is mounted in it. */
export const hugeMountsOf = (pid: number): string[] =>
  file(pid, "mountinfo")
    .split("\n")
    .filter((line) => line.includes(" - hugetlbfs "))
    .map((line) => line.split(" ")[4] ?? "");

/** Its cgroup's folder, and those around it. */
function cgroupsOf(pid: number, controller: string): string[] {
  const lines = file(pid, "cgroup").split("\n");
  const ours = (line: string) =>
    isUnified ? line.startsWith("0::") : (line.split(":")[1] ?? "").split(",").includes(controller);
  const parts = (lines.find(ours) ?? "").split(":").slice(2).join(":").split("/").filter(Boolean);
  const base = join(top, isUnified ? "" : controller);
  return parts.map((_, n) => join(base, ...parts.slice(0, parts.length - n)));
}

const first = (folder: string, names: [v1: string, v2: string]): string =>
  readFileSync(join(folder, names[isUnified ? 1 : 0]), "utf8").trim();

/** Whether the scheduler takes the processor away from it, or from all of its pod, when a share of time is used up. */
export const hasQuota = (pid: number): boolean =>
  cgroupsOf(pid, "cpu").some((folder) => !/^(-1|max\b)/.test(first(folder, ["cpu.cfs_quota_us", "cpu.max"])));

/** Bytes of 2 MiB pages that its cgroup has used, and may use. */
export function hugeUsage(pid: number) {
  const [folder = ""] = cgroupsOf(pid, "hugetlb");
  return {
    used: Number(first(folder, ["hugetlb.2MB.usage_in_bytes", "hugetlb.2MB.current"])),
    limit: Number(first(folder, ["hugetlb.2MB.limit_in_bytes", "hugetlb.2MB.max"])),
  };
}
