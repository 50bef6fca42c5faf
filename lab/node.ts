/**
 * A node: network, mount and process namespaces of its own, with a private /run, /var/lib and /var/log. When its first
 * process ends, the kernel ends every process in it and takes its mounts, interfaces and packet filter away.
 */
import { mkdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "./errors.ts";
import { FIRST, isFirst, type Lab, type LabNode, LINK, NODES, nodeData, nodeLogs, volumes } from "./lab.ts";
import { call, pidOf, start, stop, until } from "./process.ts";

const initOf = ({ suffix }: LabNode): string => `node${suffix}`;

/** Arguments: the folders that become /var/lib, /var/log and the volumes', then the program that stays. */
const SETUP = `set -e
mount -t tmpfs -o mode=755 tmpfs /run
mount --bind "$1" /var/lib
mount --bind "$2" /var/log
mkdir -p /var/lib/horizon-volumes
mount --bind "$3" /var/lib/horizon-volumes
ip link set lo up
sysctl -qw net.ipv4.ip_forward=1
exec "$4"`;

export async function startNode(lab: Lab, node: LabNode, pause: string): Promise<void> {
  const init = initOf(node);
  if (pidOf(lab, init) === undefined) {
    refuseHidden(lab);
    const folders = [nodeData(lab, node), nodeLogs(lab, node), volumes(lab)];
    for (const dir of folders) mkdirSync(dir, { recursive: true });
    const namespaces = ["--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"];
    await start(lab, init, ["unshare", ...namespaces, "--", "sh", "-c", SETUP, node.name, ...folders, pause]);
    await until(`namespaces of ${node.name}`, 10, async () => {
      if (pidOf(lab, init) === undefined) return `its first process has ended; see log/${init}.log`;
      const { stdout } = await inside(lab, ["cat", "/proc/1/comm"], { node });
      return stdout.trim() === "pause" || "being set up";
    });
  }
  await (isFirst(node) ? linkToHost(lab) : linkToFirst(lab, node));
}

export async function stopNodes(lab: Lab): Promise<void> {
  const ours = nodeRuns(lab) && (await hasLink(lab));
  for (const node of NODES.toReversed()) await stop(lab, initOf(node));
  if (!ours) return;
  await until("end of the node's network", 20, async () => !(await linkExists()) || "its link is still there");
}

export const nodeRuns = (lab: Lab, node = FIRST): boolean => pidOf(lab, initOf(node)) !== undefined;

/** The command line that runs something in a node. */
export const enter = (lab: Lab, command: string[], node = FIRST): string[] =>
  into(lab, node, ["--net", "--mount", "--pid"], command);

function into(lab: Lab, node: LabNode, namespaces: string[], command: string[]): string[] {
  const pid = pidOf(lab, initOf(node));
  // Never in the host's own network, whatever the process id says.
  if (pid === undefined || readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync("/proc/self/ns/net")) {
    throw new LabError({
      what: "the lab does not run",
      given: `no process of ${node.name}`,
      allowed: "a lab that is up",
      remedy: "start it with `horizon lab up`",
    });
  }
  return ["nsenter", "--target", String(pid), ...namespaces, "--", ...command];
}

export function inside(
  lab: Lab,
  command: string[],
  { node = FIRST, ...options }: { input?: string; seconds?: number; node?: LabNode } = {},
) {
  const [program = "", ...args] = enter(lab, command, node);
  return call(program, args, options);
}

const hasLink = async (lab: Lab, node = FIRST): Promise<boolean> =>
  (await inside(lab, ["ip", "link", "show", "uplink"], { node })).code === 0;
const linkExists = async (): Promise<boolean> => (await call("ip", ["link", "show", LINK.device])).code === 0;

async function linkToHost(lab: Lab): Promise<void> {
  if (!(await hasLink(lab))) {
    if (await linkExists()) {
      await stop(lab, initOf(FIRST));
      throw anotherLab();
    }
    await refuseTakenNetwork();
  }
  await link(lab, FIRST, (command) => command);
}

/** The first node knows the way to the other's pods; the other sends all that is not its own to the first. */
async function linkToFirst(lab: Lab, node: LabNode): Promise<void> {
  // In its network only: the process ids are the host's.
  const onFirst = (command: string[]) => into(lab, FIRST, ["--net"], command);
  await link(lab, node, onFirst);
  await must(onFirst(["ip", "route", "replace", node.pods, "via", node.address]));
  // Otherwise packets to a pod that has gone would come back by the default route, again and again.
  await must(enter(lab, ["ip", "route", "replace", "blackhole", node.pods], node));
}

async function link(lab: Lab, node: LabNode, there: (command: string[]) => string[]): Promise<void> {
  if (!(await hasLink(lab, node))) {
    const peer = ["type", "veth", "peer", "name", "uplink", "netns", String(pidOf(lab, initOf(node)))];
    await must(there(["ip", "link", "add", node.device, ...peer]));
  }
  await must(there(["ip", "address", "replace", `${node.gateway}/30`, "dev", node.device]));
  await must(there(["ip", "link", "set", node.device, "up"]));
  await must(enter(lab, ["ip", "address", "replace", `${node.address}/30`, "dev", "uplink"], node));
  await must(enter(lab, ["ip", "link", "set", "uplink", "up"], node));
  // A Service's address needs some route before kube-proxy translates it; the host has no way back to a pod.
  await must(enter(lab, ["ip", "route", "replace", "default", "via", node.gateway], node));
}

const anotherLab = (): LabError =>
  new LabError({
    what: "there is one lab per machine, and another one runs",
    given: `the network link ${LINK.device} of another lab`,
    allowed: "none, or the lab of this user's state directory",
    remedy: "run `horizon lab down` as the user who started it",
  });

async function must([program = "", ...args]: string[]): Promise<void> {
  const { code, stderr } = await call(program, args);
  if (code === 0) return;
  throw new LabError({
    what: "the node's network can't be made",
    given: `${[program, ...args].join(" ")}: ${stderr.trim()}`,
    allowed: "root with CAP_NET_ADMIN, and a kernel with veth",
    remedy: "run `horizon lab down`, then `horizon lab up`",
  });
}

async function refuseTakenNetwork(): Promise<void> {
  const { stdout } = await call("ip", ["-4", "route", "show", "to", "match", LINK.node]);
  const taken = stdout.split("\n").filter((line) => line !== "" && !line.startsWith("default"));
  if (taken.length === 0) return;
  throw new LabError({
    what: "the lab's network is in use on this machine",
    given: taken.join("; "),
    allowed: `no route to ${LINK.network} but the default one`,
    remedy: "remove what uses that network, or take its route away",
  });
}

/** The node's own /run, /var/lib and /var/log hide the host's. */
function refuseHidden(lab: Lab): void {
  const needed = [lab.home, lab.cache, process.execPath, import.meta.dirname];
  const hidden = needed.filter((path) =>
    ["/run", "/var/lib", "/var/log"].some((top) => path.startsWith(join(top, "/"))),
  );
  if (hidden.length === 0) return;
  throw new LabError({
    what: "the lab needs files in folders that its node replaces with its own",
    given: hidden.join(", "),
    allowed: "paths outside /run, /var/lib and /var/log",
    remedy: "set XDG_STATE_HOME and XDG_CACHE_HOME, and keep the checkout elsewhere",
  });
}
