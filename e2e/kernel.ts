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

function cgroupFile(pid: number, controller: string, v1: string, v2: string): string {
  const lines = file(pid, "cgroup").split("\n");
  const line = lines.find((each) =>
    isUnified ? each.startsWith("0::") : (each.split(":")[1] ?? "").split(",").includes(controller),
  );
  const path = line?.split(":").slice(2).join(":") ?? "";
  return readFileSync(join(top, isUnified ? "" : controller, path, isUnified ? v2 : v1), "utf8").trim();
}

/** Whether the scheduler takes the processor away from it when a share of time is used up. */
export const hasQuota = (pid: number): boolean =>
  !/^(-1|max\b)/.test(cgroupFile(pid, "cpu", "cpu.cfs_quota_us", "cpu.max"));

/** Bytes of 2 MiB pages that its cgroup has used, and may use. */
export const hugeUsage = (pid: number) => ({
  used: Number(cgroupFile(pid, "hugetlb", "hugetlb.2MB.usage_in_bytes", "hugetlb.2MB.current")),
  limit: Number(cgroupFile(pid, "hugetlb", "hugetlb.2MB.limit_in_bytes", "hugetlb.2MB.max")),
});
