/** The kernel's command line, as a drop-in for GRUB. Nothing stands here without a reason. */
import { type NodeProfile, shownCores } from "./profile.ts";

export interface Parameter {
  text: string;
  reason: string;
}

export function toParameters({ isolated, reserved, hugePages, numaNodes }: NodeProfile): Parameter[] {
  const [alone, rest] = [shownCores(isolated), shownCores(reserved)];
  const each = (count: number) => numaNodes.map((_, node) => `${node}:${count}`).join(",");
  return [
    {
      text: `isolcpus=managed_irq,domain,${alone}`,
      reason:
        "the scheduler moves no task to these cores but what the kubelet puts there; managed interrupts avoid them",
    },
    { text: `nohz_full=${alone}`, reason: "no tick while one task has the core to itself" },
    { text: `rcu_nocbs=${alone}`, reason: "the kernel's RCU callbacks run on the reserved cores" },
    { text: `irqaffinity=${rest}`, reason: "all other interrupts come to the reserved cores" },
    ...hugePages.map(({ page, count }) => ({
      text: `hugepagesz=${page.slice(0, 2)} hugepages=${each(count)}`,
      reason: `pages of ${page} by memory node, taken before memory is fragmented; no container can add any`,
    })),
    {
      text: "transparent_hugepage=madvise",
      reason: "only for programs that ask; else a fork of Redis copies 2 MiB for every page that is written",
    },
  ];
}

export function toKernel(profile: NodeProfile): string {
  const lines = toParameters(profile).flatMap(({ text, reason }) => [
    `# ${reason}`,
    `GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX ${text}"`,
  ]);
  return `${lines.join("\n")}\n`;
}
