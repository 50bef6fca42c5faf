/** The settings whose meaning depends on another's. */
import { describe, expect, it } from "vitest";
import { addons } from "./addons.ts";
import { IDENTITIES, subject } from "./certificates.ts";
import { apiserver, controllerManager, etcd, scheduler } from "./control-plane.ts";
import { kubeconfig } from "./kubeconfig.ts";
import { cgroupOf, FIRST, LINK, NODES, PODS, REGISTRY, SERVICES } from "./lab.ts";
import { renderStatus, toNodes } from "./status.ts";
import {
  cniSettings,
  containerdSettings,
  kubelet,
  kubeletSettings,
  proxySettings,
  registrySettings,
} from "./worker.ts";

const lab = { home: "/lab", cache: "/cache", log: "/dev/null" };
const asText = (value: unknown): string => JSON.stringify(value);

describe("settings", () => {
  it("give each identity the group that Kubernetes' own roles are bound to", () => {
    expect(subject(IDENTITIES.kubelet)).toBe("/O=system:nodes/CN=system:node:lab-node");
    expect(subject(IDENTITIES.proxy)).toBe("/CN=system:kube-proxy");
  });

  it("serve the API where pods and people look for it", () => {
    expect(IDENTITIES.apiserver.serves).toEqual(expect.arrayContaining([`IP:${LINK.node}`, `IP:${SERVICES.api}`]));
    expect(apiserver(lab)).toContain(`--advertise-address=${LINK.node}`);
    expect(apiserver(lab)).toContain(`--service-cluster-ip-range=${SERVICES.network}`);
  });

  it("agree on addresses between the programs", () => {
    for (const node of NODES) {
      expect(asText(cniSettings(node))).toContain(node.pods);
      expect(proxySettings(lab, node)).toMatchObject({ clusterCIDR: PODS, hostnameOverride: node.name });
      expect(kubeletSettings(lab, node)).toMatchObject({ clusterDNS: [SERVICES.dns] });
      expect(kubelet(lab, node)).toContain(`--node-ip=${node.address}`);
    }
    expect(asText(addons("image"))).toContain(`"clusterIP":"${SERVICES.dns}"`);
    expect(registrySettings("/r")).toMatchObject({ http: { addr: REGISTRY } });
    const etcdAt = etcd("etcd")
      .find((arg) => arg.startsWith("--listen-client-urls="))
      ?.split("=")[1];
    expect(apiserver(lab)).toContain(`--etcd-servers=${etcdAt}`);
  });

  it("let no program wait for a lease", () => {
    for (const args of [controllerManager(lab), scheduler(lab)]) expect(args).toContain("--leader-elect=false");
  });

  it("name the sandbox's image by digest", () => {
    expect(containerdSettings(lab, FIRST, "/cni", "r/pause@sha256:1")).toContain('sandbox_image = "r/pause@sha256:1"');
  });

  it("make a kubeconfig that can be copied", () => {
    const { users, clusters } = JSON.parse(kubeconfig("admin", "CA", "CERT", "KEY"));
    expect(Buffer.from(users[0].user["client-key-data"], "base64").toString()).toBe("KEY");
    expect(clusters[0].cluster.server).toBe(`https://${LINK.node}:6443`);
  });
});

describe("nodes", () => {
  const distinct = (of: (node: (typeof NODES)[number]) => unknown) => new Set(NODES.map(of).map(asText)).size;
  const number = (address: string): number => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

  it("share nothing that each must have to itself", () => {
    for (const key of ["name", "suffix", "address", "gateway", "device", "pods"] as const)
      expect(
        distinct((node) => node[key]),
        key,
      ).toBe(NODES.length);
    expect(distinct(cgroupOf)).toBe(NODES.length);
  });

  it("have both ends of their link in one network of four addresses, and pods in the cluster's", () => {
    for (const { address, gateway, pods } of NODES) {
      expect(number(address) - number(gateway)).toBe(1);
      expect(number(gateway) % 4).toBe(1);
      expect(pods.split(".").slice(0, 2)).toEqual(PODS.split(".").slice(0, 2));
    }
  });

  it("give cores away on the first only", () => {
    const policies = NODES.map(
      (node) => (kubeletSettings(lab, node) as { cpuManagerPolicy?: string }).cpuManagerPolicy,
    );
    expect(policies).toEqual(["static", undefined, undefined]);
  });

  it("have as many DNS servers, and a drain takes one at a time", () => {
    expect(asText(addons("image"))).not.toContain("PodDisruptionBudget");
    expect(asText(addons("image", 2))).toMatch(/"replicas":2.*"PodDisruptionBudget".*"maxUnavailable":1/);
  });
});

describe("status", () => {
  it("reads which nodes are ready", () => {
    const node = (name: string, conditions?: unknown[]) => ({ metadata: { name }, status: { conditions } });
    const ready = { type: "Ready", status: "True" };
    const items = [node("a", [{ type: "Ready", status: "False" }]), node("b", [ready]), node("c")];
    expect(toNodes(asText({ items })).map((one) => one.ready)).toEqual([false, true, false]);
  });

  it("says how to start when there is nothing", () => {
    expect(renderStatus({ programs: {}, ready: false, nodes: [] })).toContain("horizon lab up");
  });

  it("shows what has ended", () => {
    expect(renderStatus({ programs: { kubelet: null, etcd: 7 }, ready: true, nodes: [] })).toMatch(
      /kubelet +ended\netcd +process 7\nAPI server +ready/,
    );
  });
});
