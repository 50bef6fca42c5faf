import { pod, podSecurity } from "../examples.ts";
import type { Rule } from "../rule.ts";

/** Each kernel parameter that Pod Security lets a pod set, and the minor version of Kubernetes that began to. */
const since: Record<string, number> = {
  "kernel.shm_rmid_forced": 0,
  "net.ipv4.ip_local_port_range": 0,
  "net.ipv4.tcp_syncookies": 0,
  "net.ipv4.ping_group_range": 0,
  "net.ipv4.ip_unprivileged_port_start": 0,
  "net.ipv4.ip_local_reserved_ports": 27,
  "net.ipv4.tcp_keepalive_time": 29,
  "net.ipv4.tcp_fin_timeout": 29,
  "net.ipv4.tcp_keepalive_intvl": 29,
  "net.ipv4.tcp_keepalive_probes": 29,
  "net.ipv4.tcp_rmem": 32,
  "net.ipv4.tcp_wmem": 32,
  "net.ipv4.tcp_slow_start_after_idle": 37,
  "net.ipv4.tcp_notsent_lowat": 37,
};

/** Kubernetes only: an engine refuses by itself what reaches beyond a Docker container's own network. */
export const safeSysctls: Rule = {
  name: "safe-sysctls",
  description: "Only kernel parameters are set that no other pod of the node notices.",
  level: "mandatory",
  remedy: { kubernetes: "set it on the node, or leave it as it is" },
  settings: { kubernetesMinor: { type: "integer", minimum: 35 } },
  checks: {
    unit: [
      {
        control: "sysctls",
        finds: ({ sysctls }, { kubernetesMinor = Number.POSITIVE_INFINITY }) => {
          const unsafe = sysctls.filter((name) => !(since[name] !== undefined && since[name] <= kubernetesMinor));
          return unsafe.length > 0 ? `sets ${unsafe.join(", ")}` : undefined;
        },
      },
    ],
  },
  examples: {
    compliant: [pod(), podSecurity({ sysctls: [{ name: "net.ipv4.tcp_notsent_lowat", value: "16384" }] })],
    offending: [
      podSecurity({ sysctls: [{ name: "net.core.somaxconn", value: "4096" }] }),
      podSecurity({
        sysctls: [
          { name: "net.ipv4.tcp_rmem", value: "4096" },
          { name: "kernel.msgmax", value: "65536" },
        ],
      }),
    ],
  },
};
