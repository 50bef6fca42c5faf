/**
 * The node: network, mount and process namespaces of its own, with a private /run, /var/lib and /var/log. When its first
 * process ends, the kernel ends every process in it and takes its mounts, interfaces and packet filter away.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "./errors.ts";
import { type Lab, LINK, nodeData, nodeLogs } from "./lab.ts";
import { call, pidOf, start, stop, until } from "./process.ts";

const INIT = "node";

/** Arguments: the folders that become /var/lib and /var/log, then the program that stays. */
const SETUP = `set -e
mount -t tmpfs -o mode=755 tmpfs /run
mount --bind "$1" /var/lib
mount --bind "$2" /var/log
ip link set lo up
sysctl -qw net.ipv4.ip_forward=1
exec "$3"`;

export async function startNode(lab: Lab, pause: string): Promise<void> {
  if (pidOf(lab, INIT) === undefined) {
    refuseHidden(lab);
    for (const dir of [nodeData(lab), nodeLogs(lab)]) mkdirSync(dir, { recursive: true });
    const namespaces = ["--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"];
    const setup = ["sh", "-c", SETUP, "lab-node", nodeData(lab), nodeLogs(lab), pause];
    await start(lab, INIT, ["unshare", ...namespaces, "--", ...setup], { forks: true });
    await until("the node's namespaces", 10, async () => {
      if (pidOf(lab, INIT) === undefined) return "its first process has ended; see log/node.log";
      const { stdout } = await inside(lab, ["cat", "/proc/1/comm"]);
      return stdout.trim() === "pause" || "being set up";
    });
  }
  await link(lab);
}

export const stopNode = async (lab: Lab): Promise<void> => {
  await stop(lab, INIT);
  await until("end of the node's network", 20, async () => !(await linkExists()) || "its link is still there");
};

export const nodeRuns = (lab: Lab): boolean => pidOf(lab, INIT) !== undefined;

/** The command line that runs something in the node. */
export function enter(lab: Lab, command: string[]): string[] {
  const pid = pidOf(lab, INIT);
  if (pid === undefined) {
    throw new LabError({
      what: "the lab does not run",
      given: "no process of the node",
      allowed: "a lab that is up",
      remedy: "start it with `horizon lab up`",
    });
  }
  return ["nsenter", "--target", String(pid), "--net", "--mount", "--pid", "--", ...command];
}

export function inside(lab: Lab, command: string[], options: { input?: string; seconds?: number } = {}) {
  const [program = "", ...args] = enter(lab, command);
  return call(program, args, options);
}

const linkExists = async (): Promise<boolean> => (await call("ip", ["link", "show", LINK.device])).code === 0;

async function link(lab: Lab): Promise<void> {
  const ours = (await inside(lab, ["ip", "link", "show", "uplink"])).code === 0;
  if (!ours) {
    if (await linkExists()) throw anotherLab();
    await refuseTakenNetwork();
    const peer = ["type", "veth", "peer", "name", "uplink", "netns", String(pidOf(lab, INIT))];
    await must(["ip", "link", "add", LINK.device, ...peer]);
  }
  await must(["ip", "address", "replace", `${LINK.host}/30`, "dev", LINK.device]);
  await must(["ip", "link", "set", LINK.device, "up"]);
  await must(enter(lab, ["ip", "address", "replace", `${LINK.node}/30`, "dev", "uplink"]));
  await must(enter(lab, ["ip", "link", "set", "uplink", "up"]));
  // A Service's address needs some route before kube-proxy translates it; the host has no way back to a pod.
  await must(enter(lab, ["ip", "route", "replace", "default", "via", LINK.host]));
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
