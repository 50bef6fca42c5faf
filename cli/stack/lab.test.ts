import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "../../infra/config.ts";
import { NODE_POOL } from "../../lab/lab.ts";
import { labMark } from "./backend.ts";
import { deriveLab, labName } from "./lab.ts";

const prod = `
secretsprovider: awskms://alias/prod
encryptedkey: abc
config:
  horizon:backend: s3://prod-state
  cipherhorizon:platform: kubernetes
  cipherhorizon:protect: true
  cipherhorizon:alertmanager:
    webhook:
      secure: v1:xyz
  cipherhorizon:marketData:
    source: live
    symbols: [BTCUSDT]
  cipherhorizon:kubernetes:
    context: production
    namespace: trading
    registry: registry.example.com/trading
    nodePool:
      label: trading.example.com/pool
    replicas:
      gateway: 3
`;

const derived = (facts = {}, before = "") =>
  parse(deriveLab("prod", prod, { kubeconfig: "/lab/kubeconfig", ...facts }, before)) as Record<string, unknown> & {
    config: Record<string, Record<string, unknown>>;
  };

describe("the lab's stack", () => {
  it("has a name of its own, once", () => {
    expect(labName("prod")).toBe("prod-lab");
    expect(labName("prod-lab")).toBe("prod-lab");
  });

  it("has nothing of the real one's state, secrets provider or encrypted values", () => {
    const text = deriveLab("prod", prod, { kubeconfig: "/lab/kubeconfig" }, "");
    for (const word of ["awskms", "encryptedkey", "s3://", "secure", "v1:xyz", "production"]) {
      expect(text).not.toContain(word);
    }
    expect(text.startsWith(labMark)).toBe(true);
  });

  it("has the lab's cluster, registry and size, a namespace of its own, and prices that are made up", () => {
    const { config } = derived({ registry: "127.0.0.1:5077", nodePool: NODE_POOL });
    expect(config["cipherhorizon:kubernetes"]).toEqual({
      nodePool: NODE_POOL,
      namespace: "trading-lab",
      registry: "127.0.0.1:5077",
      registryLogin: "none",
      replicas: { gateway: 3 },
      kubeconfig: "/lab/kubeconfig",
      size: "lab",
    });
    expect(config["cipherhorizon:marketData"]).toEqual({ source: "generate", symbols: ["BTCUSDT"] });
    expect(config["cipherhorizon:protect"]).toBe(true);
  });

  it("keeps the configured registry and pool where the cluster is the user's own", () => {
    expect(derived().config["cipherhorizon:kubernetes"]).toMatchObject({
      registry: "registry.example.com/trading",
      nodePool: { label: "trading.example.com/pool" },
    });
  });

  it("keeps the salt that Pulumi wrote into it, and so writes the same again", () => {
    const before = `${labMark}\nencryptionsalt: v1:abc\n`;
    expect(derived({}, before)["encryptionsalt"]).toBe("v1:abc");
    const once = deriveLab("prod", prod, { kubeconfig: "/k" }, before);
    expect(deriveLab("prod", prod, { kubeconfig: "/k" }, once)).toBe(once);
  });

  it("is a valid configuration", () => {
    const own = Object.entries(derived().config).map(([key, value]) => [key.replace("cipherhorizon:", ""), value]);
    expect(parseConfig(Object.fromEntries(own)).kubernetes.size).toBe("lab");
  });
});
