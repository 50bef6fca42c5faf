/** The settings whose meaning depends on another's. */
import { describe, expect, it } from "vitest";
import { addons } from "./addons.ts";
import { IDENTITIES, subject } from "./certificates.ts";
import { apiserver, controllerManager, etcd, scheduler } from "./control-plane.ts";
import { kubeconfig } from "./kubeconfig.ts";
import { LINK, PODS, REGISTRY, SERVICES } from "./lab.ts";
import { renderStatus, toNodes } from "./status.ts";
import { cniSettings, containerdSettings, kubeletSettings, proxySettings, registrySettings } from "./worker.ts";

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
    expect(asText(cniSettings())).toContain(PODS);
    expect(proxySettings(lab)).toMatchObject({ clusterCIDR: PODS });
    expect(kubeletSettings(lab)).toMatchObject({ clusterDNS: [SERVICES.dns] });
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
    expect(containerdSettings(lab, "/cni", "r/pause@sha256:1")).toContain('sandbox_image = "r/pause@sha256:1"');
  });

  it("make a kubeconfig that can be copied", () => {
    const { users, clusters } = JSON.parse(kubeconfig("admin", "CA", "CERT", "KEY"));
    expect(Buffer.from(users[0].user["client-key-data"], "base64").toString()).toBe("KEY");
    expect(clusters[0].cluster.server).toBe(`https://${LINK.node}:6443`);
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
