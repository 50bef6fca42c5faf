/**
 * The lab itself, on this machine, as root: every answer comes from a pod, the kernel or the API, none from our own report.
 * It leaves the machine as it found it, which the last test proves.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keepCount } from "./count.ts";
import { downSteps } from "./down.ts";
import { push, scratchImage } from "./image.ts";
import { adminKubeconfig, CGROUP, cacheDir, type Lab, type LabStep, LINK, nodeData } from "./lab.ts";
import { call, pidOf, until } from "./process.ts";
import { programFile } from "./programs.ts";
import { simulateSteps } from "./simulate.ts";
import { kubectlProgram, readStatus } from "./status.ts";
import { busybox } from "./testing/busybox.ts";
import { upSteps } from "./up.ts";

const scratch = mkdtempSync(join(tmpdir(), "lab-"));
const lab: Lab = { home: join(scratch, "lab"), cache: cacheDir(), log: join(scratch, "test.log") };

async function take(steps: LabStep[]): Promise<void> {
  for (const step of steps) await step.run(lab, () => undefined);
}

async function kubectl(args: string[], input?: string): Promise<string> {
  const all = ["--kubeconfig", adminKubeconfig(lab), ...args];
  const { code, stdout, stderr } = await call(kubectlProgram(lab), all, { seconds: 90, ...(input ? { input } : {}) });
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
  return stdout;
}

const apply = (...items: unknown[]) =>
  kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));

const ready = (namespace: string, ...pods: string[]) =>
  kubectl(["-n", namespace, "wait", "--for=condition=Ready", "--timeout=80s", ...pods.map((pod) => `pod/${pod}`)]);

const sysctl = (name: string): string => readFileSync(join("/proc/sys", name), "utf8").trim();
const watchedSysctls = ["vm/nr_hugepages", "vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops"];
const before = Object.fromEntries(watchedSysctls.map((name) => [name, sysctl(name)]));

let image = "";

const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

interface PodChange {
  command?: string;
  resources?: unknown;
  volumes?: { volume: Record<string, unknown>; path: string }[];
}

/** A pod that listens on 8080 and 9090. */
function pod(namespace: string, name: string, { command, resources, volumes = [] }: PodChange = {}): unknown {
  const listen = "/busybox httpd -f -p 8080 & /busybox httpd -f -p 9090 & wait";
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace, name, labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      securityContext: {
        runAsUser: 1000,
        runAsNonRoot: true,
        fsGroup: 1000,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name: "main",
          image,
          command: ["/busybox", "sh", "-c", command ?? listen],
          ports: [{ name: "api", containerPort: 8080 }],
          ...(resources === undefined ? {} : { resources }),
          securityContext: restricted,
          volumeMounts: volumes.map(({ path }, i) => ({ name: `v${i}`, mountPath: path })),
        },
      ],
      volumes: volumes.map(({ volume }, i) => ({ name: `v${i}`, ...volume })),
    },
  };
}

const namespace = (name: string, labels: Record<string, string> = {}): unknown => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});

const policy = (of: string, name: string, spec: unknown): unknown => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { namespace: of, name },
  spec,
});

/** The address that a pod has. */
const addressOf = (of: string, name: string) => kubectl(["-n", of, "get", "pod", name, "-o=jsonpath={.status.podIP}"]);

/** Whether a pod can open a TCP connection. */
async function connects(of: string, name: string, host: string, port: number): Promise<boolean> {
  const command = ["/busybox", "nc", "-w", "2", host, String(port), "-e", "/busybox", "true"];
  const all = ["--kubeconfig", adminKubeconfig(lab), "-n", of, "exec", name, "--", ...command];
  return (await call(kubectlProgram(lab), all, { seconds: 30 })).code === 0;
}

beforeAll(async () => {
  await take(upSteps());
  image = await push("busybox", scratchImage(await busybox(lab)));
});

afterAll(async () => {
  await take(downSteps(false));
  rmSync(scratch, { recursive: true, force: true });
});

describe("the lab", () => {
  it("is ready, and a second up changes nothing", async () => {
    const first = await readStatus(lab);
    expect(first).toMatchObject({ ready: true, nodes: [{ name: "lab-node", ready: true }] });
    expect(Object.values(first.programs)).not.toContain(null);
    await take(upSteps());
    expect((await readStatus(lab)).programs).toEqual(first.programs);
  });

  it("runs a pod whose image came from the registry by digest", async () => {
    await apply(namespace("plain"), pod("plain", "server"), pod("plain", "client"), {
      apiVersion: "v1",
      kind: "Service",
      metadata: { namespace: "plain", name: "server" },
      spec: { selector: { app: "server" }, ports: [{ port: 80, targetPort: "api" }] },
    });
    await ready("plain", "server", "client");
    expect(await kubectl(["-n", "plain", "get", "pod", "server", "-o=jsonpath={.spec.containers[0].image}"])).toMatch(
      /@sha256:[0-9a-f]{64}$/,
    );
  });

  it("resolves names, and Services reach their pods, also a pod itself", async () => {
    await until("the Service's rules", 20, async () => (await connects("plain", "client", "server", 80)) || "not yet");
    expect(await connects("plain", "client", "server.plain.svc.cluster.local", 80)).toBe(true);
    // In the pod itself the short name is its own, from /etc/hosts.
    expect(await connects("plain", "server", "server.plain.svc.cluster.local", 80)).toBe(true);
    expect(await connects("plain", "client", "nobody", 80)).toBe(false);
  });

  it("binds a StatefulSet's claim, which a user who isn't root can write, and keeps its data", async () => {
    const { spec, metadata } = pod("plain", "db", { command: "/busybox sleep 3600" }) as Record<string, never>;
    const template = { spec: structuredClone(spec) as never, metadata };
    Object.assign((template.spec as { containers: object[] }).containers[0] as object, {
      volumeMounts: [{ name: "data", mountPath: "/data" }],
    });
    await apply({
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { namespace: "plain", name: "db" },
      spec: {
        serviceName: "db",
        selector: { matchLabels: { app: "db" } },
        template,
        volumeClaimTemplates: [
          {
            metadata: { name: "data" },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "16Mi" } } },
          },
        ],
      },
    });
    const exists = async () => (await kubectl(["-n", "plain", "get", "pods"])).includes("db-0") || "no pod yet";
    await until("the StatefulSet's pod", 30, exists);
    await ready("plain", "db-0");
    const inDb = (script: string) => kubectl(["-n", "plain", "exec", "db-0", "--", "/busybox", "sh", "-c", script]);
    await inDb("echo kept > /data/file");
    await kubectl(["-n", "plain", "delete", "pod", "db-0"]);
    await until("the pod's successor", 30, exists);
    await ready("plain", "db-0");
    expect(await inDb("/busybox cat /data/file")).toBe("kept\n");
  });

  it("follows a claim's new size, and removes the folder with its claim", async () => {
    const patch = JSON.stringify({ spec: { resources: { requests: { storage: "32Mi" } } } });
    await kubectl(["-n", "plain", "patch", "pvc", "data-db-0", "--patch", patch]);
    const size = () => kubectl(["-n", "plain", "get", "pvc", "data-db-0", "-o=jsonpath={.status.capacity.storage}"]);
    await until("the new size", 20, async () => (await size()) === "32Mi" || (await size()));
    const folders = () => readdirSync(join(nodeData(lab), "horizon-volumes"));
    expect(folders()).toHaveLength(1);
    await kubectl(["-n", "plain", "delete", "statefulset", "db"]);
    await kubectl(["-n", "plain", "delete", "pvc", "data-db-0"]);
    await until("the folder's end", 30, async () => folders().length === 0 || `${folders()}`);
    expect(await kubectl(["get", "pv", "-o=name"])).toBe("");
  });

  it("refuses a privileged pod in a restricted namespace, and admits a hardened one", async () => {
    await apply(namespace("locked", { "pod-security.kubernetes.io/enforce": "restricted" }));
    const spec = { containers: [{ name: "main", image, securityContext: { privileged: true } }] };
    const privileged = { apiVersion: "v1", kind: "Pod", metadata: { namespace: "locked", name: "bad" }, spec };
    await expect(apply(privileged)).rejects.toThrow('violates PodSecurity "restricted:latest"');
    await apply(pod("locked", "good"));
    await ready("locked", "good");
  });
});

describe("exclusive cores and huge pages", () => {
  const field = (name: string, path: string) => kubectl(["-n", "plain", "get", "pod", name, `-o=jsonpath={${path}}`]);

  /** A container's cgroup; Guaranteed pods have no folder of their class. */
  const cgroupOf = async (name: string, qos = ""): Promise<string> => {
    const id = await field(name, ".status.containerStatuses[0].containerID");
    return join(CGROUP, "kubepods", qos, `pod${await field(name, ".metadata.uid")}`, id.replace("containerd://", ""));
  };

  it("give an integer Guaranteed pod a core alone, and its huge pages", async () => {
    const amounts = { cpu: "1", memory: "32Mi", "hugepages-2Mi": "16Mi" };
    const volumes = [{ path: "/huge", volume: { emptyDir: { medium: "HugePages" } } }];
    await apply(pod("plain", "engine", { resources: { requests: amounts, limits: amounts }, volumes }));
    await ready("plain", "engine");
    const cgroup = await cgroupOf("engine");
    const cpus = (path: string) => readFileSync(join("/sys/fs/cgroup/cpuset", path, "cpuset.cpus"), "utf8").trim();
    expect(cpus(cgroup)).toBe("1");
    const other = await cgroupOf("client", "besteffort");
    await until("core 0 for the others", 30, async () => cpus(other) === "0" || cpus(other));
    const limit = readFileSync(join("/sys/fs/cgroup/hugetlb", cgroup, "hugetlb.2MB.limit_in_bytes"), "utf8");
    expect(Number(limit)).toBe(16 * 1024 ** 2);
  });

  it("are refused with a reason when no node has them", async () => {
    const amounts = { cpu: "64", memory: "32Mi" };
    await apply(pod("plain", "greedy", { resources: { requests: amounts, limits: amounts } }));
    const message = () =>
      kubectl(["-n", "plain", "get", "pod", "greedy", "-o=jsonpath={.status.conditions[0].message}"]);
    await until("the reason", 20, async () => (await message()).includes("Insufficient cpu") || (await message()));
  });
});

describe("NetworkPolicies, seen from the pods", () => {
  const to = async (name: string, of = "edges") => await addressOf(of, name);
  const dns = {
    to: [{ namespaceSelector: {}, podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }],
    ports: [{ port: 53, protocol: "UDP" }],
  };

  beforeAll(async () => {
    await apply(namespace("edges"), pod("edges", "server"), pod("edges", "friend"), pod("edges", "stranger"));
    await ready("edges", "server", "friend", "stranger");
  });

  it("let everything pass while there are none", async () => {
    expect(await connects("edges", "stranger", await to("server"), 8080)).toBe(true);
    expect(await connects("plain", "client", await to("server"), 9090)).toBe(true);
  });

  it("deny everything by default, both ways, and exactly that edge is opened", async () => {
    const selector = (app: string) => ({ podSelector: { matchLabels: { app } } });
    await apply(
      policy("edges", "default-deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] }),
      policy("edges", "server", {
        ...selector("server"),
        policyTypes: ["Ingress"],
        ingress: [{ from: [selector("friend")], ports: [{ port: "api" }] }],
      }),
      policy("edges", "friend", {
        ...selector("friend"),
        policyTypes: ["Egress"],
        egress: [dns, { to: [selector("server")], ports: [{ port: 8080 }] }],
      }),
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { namespace: "edges", name: "server" },
        spec: { selector: { app: "server" }, ports: [{ port: 80, targetPort: 8080 }] },
      },
    );
    const server = await to("server");
    await until("denial", 20, async () => !(await connects("edges", "stranger", server, 8080)) || "still open");
    await until("the edge", 20, async () => (await connects("edges", "friend", "server", 80)) || "still closed");
    const matrix: [string, string, string, number, boolean][] = [
      ["edges", "friend", server, 8080, true],
      ["edges", "friend", server, 9090, false], // another port
      ["edges", "friend", await to("stranger"), 8080, false], // another pod
      ["edges", "stranger", server, 8080, false],
      ["edges", "server", await to("friend"), 8080, false], // the other way round
      ["edges", "server", server, 9090, true], // a pod reaches itself
      ["plain", "client", server, 8080, false], // another namespace
      ["edges", "friend", await to("client", "plain"), 8080, false],
      ["plain", "client", await to("server", "plain"), 8080, true], // where no policy is
    ];
    const found = [];
    for (const [of, name, host, port] of matrix)
      found.push([of, name, host, port, await connects(of, name, host, port)]);
    expect(found).toEqual(matrix);
  });

  it("follow a label that changes, and end with their deletion", async () => {
    const server = await to("server");
    const relabel = (app: string) => kubectl(["-n", "edges", "label", "--overwrite", "pod", "stranger", `app=${app}`]);
    await relabel("friend");
    await until("the new friend", 20, async () => (await connects("edges", "stranger", server, 8080)) || "closed");
    await relabel("stranger");
    await until("its end", 20, async () => !(await connects("edges", "stranger", server, 8080)) || "open");
    await kubectl(["-n", "edges", "delete", "networkpolicies", "--all"]);
    await until("peace", 20, async () => (await connects("plain", "client", server, 9090)) || "closed");
  });
});

describe("simulated nodes", () => {
  it("take pods that tolerate them and no others, and go again", async () => {
    await take(simulateSteps(20));
    const spec = {
      tolerations: [{ key: "kwok.x-k8s.io/node", operator: "Exists" }],
      nodeSelector: { "kwok.x-k8s.io/node": "fake" },
      containers: [{ name: "main", image }],
    };
    const metadata = { labels: { app: "many" } };
    await apply({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { namespace: "plain", name: "many" },
      spec: { replicas: 40, selector: { matchLabels: metadata.labels }, template: { metadata, spec } },
    });
    await kubectl(["-n", "plain", "rollout", "status", "deployment/many", "--timeout=80s"]);
    await apply(pod("plain", "ordinary"));
    await ready("plain", "ordinary");
    const nodeOf = ["-n", "plain", "get", "pod", "ordinary", "-o=jsonpath={.spec.nodeName}"];
    expect(await kubectl(nodeOf)).toBe("lab-node");
    await kubectl(["-n", "plain", "delete", "deployment", "many"]);
    await take(simulateSteps(0));
    await until("one node", 20, async () => (await readStatus(lab)).nodes.length === 1 || "more");
  });
});

describe("a second node", () => {
  const place = (of: string, name: string, nodeName: string, change: PodChange = {}) => {
    const made = pod(of, name, change) as { spec: object };
    return { ...made, spec: { ...made.spec, nodeName } };
  };

  beforeAll(async () => {
    await take(upSteps(2));
    await apply(namespace("two"), ...["near", "stranger"].map((name) => place("two", name, "lab-node")));
    await apply(place("two", "far", "lab-node-2"));
    await ready("two", "near", "stranger", "far");
  });

  it("joins a lab that runs, with programs of its own, and an up goes on with both", async () => {
    const status = await readStatus(lab);
    expect(status.nodes).toEqual(["lab-node", "lab-node-2"].map((name) => ({ name, ready: true })));
    expect(status.programs).toHaveProperty("kubelet-2");
    await take(upSteps());
    expect((await readStatus(lab)).programs).toEqual(status.programs);
    expect(() => keepCount(lab, 1)).toThrow("fewer nodes");
  });

  it("has pods that reach those of the first and are reached, also by Services and names", async () => {
    expect(await addressOf("two", "far")).toMatch(/^10\.244\.1\./);
    await apply({
      apiVersion: "v1",
      kind: "Service",
      metadata: { namespace: "two", name: "far" },
      spec: { selector: { app: "far" }, ports: [{ port: 80, targetPort: "api" }] },
    });
    await until("the Service's rules", 20, async () => (await connects("two", "near", "far", 80)) || "not yet");
    expect(await connects("two", "far", await addressOf("two", "near"), 8080)).toBe(true);
    expect(await connects("two", "far", await addressOf("plain", "client"), 8080)).toBe(true);
  });

  it("enforces the policies of its own pods, whatever node the other side is on", async () => {
    const from = [{ podSelector: { matchLabels: { app: "near" } } }];
    const spec = { podSelector: { matchLabels: { app: "far" } }, policyTypes: ["Ingress"], ingress: [{ from }] };
    await apply(policy("two", "far", spec));
    const far = await addressOf("two", "far");
    await until("denial", 20, async () => !(await connects("two", "stranger", far, 8080)) || "still open");
    expect(await connects("two", "near", far, 8080)).toBe(true);
    const away = { podSelector: { matchLabels: { app: "stranger" } }, policyTypes: ["Egress"], egress: [] };
    await apply(policy("two", "stranger", away));
    const near = await addressOf("two", "near");
    await until("denial", 20, async () => !(await connects("two", "stranger", near, 8080)) || "still open");
  });

  it("finds a claim's data where the first node's pod left it", async () => {
    const claim = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { namespace: "two", name: "data" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "16Mi" } } },
    };
    const volumes = [{ path: "/data", volume: { persistentVolumeClaim: { claimName: "data" } } }];
    const keeper = (node: string) => place("two", "keeper", node, { command: "/busybox sleep 3600", volumes });
    const inKeeper = (script: string) => kubectl(["-n", "two", "exec", "keeper", "--", "/busybox", "sh", "-c", script]);
    await apply(claim, keeper("lab-node"));
    await ready("two", "keeper");
    await inKeeper("echo kept > /data/file");
    await kubectl(["-n", "two", "delete", "pod", "keeper"]);
    await apply(keeper("lab-node-2"));
    await ready("two", "keeper");
    expect(await inKeeper("/busybox cat /data/file")).toBe("kept\n");
  });
});

describe("the lab's end", () => {
  it("keeps the data when asked to, and goes on with it", async () => {
    await kubectl(["-n", "plain", "create", "configmap", "kept", "--from-literal=a=b"]);
    await take(downSteps(true));
    expect(pidOf(lab, "node")).toBeUndefined();
    await take(upSteps());
    expect(await kubectl(["-n", "plain", "get", "configmap", "kept", "-o=jsonpath={.data.a}"])).toBe("b");
    await ready("plain", "client");
    expect((await readStatus(lab)).nodes.map((node) => node.ready)).toEqual([true, true]);
    await ready("two", "far");
  });

  it("leaves nothing", async () => {
    await take(downSteps(false));
    expect(existsSync(lab.home)).toBe(false);
    expect(existsSync(programFile(lab, "kubelet"))).toBe(true);
    const processes = (await call("ps", ["-eo", "args"])).stdout.split("\n");
    expect(processes.filter((line) => line.includes(lab.home))).toEqual([]);
    expect(processes.filter((line) => line.startsWith("containerd-shim") && line.includes("k8s.io"))).toEqual([]);
    expect((await call("ip", ["link", "show", LINK.device])).code).not.toBe(0);
    expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(lab.home);
    const cgroups = readFileSync("/proc/self/mounts", "utf8").match(/^cgroup\S* \S+/gm) ?? [];
    expect(cgroups.map((line) => join(line.split(" ")[1] ?? "", CGROUP)).filter(existsSync)).toEqual([]);
    expect(Object.fromEntries(watchedSysctls.map((name) => [name, sysctl(name)]))).toEqual(before);
    await take(downSteps(false));
  });
});
