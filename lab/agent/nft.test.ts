import { describe, expect, it } from "vitest";
import { toRuleset } from "./nft.ts";
import type { Allowed, Isolation } from "./policy.ts";

const isolation = (allowed: Allowed[], direction: Isolation["direction"] = "ingress"): Isolation => ({
  address: "10.244.0.2",
  pod: "trading/kafka",
  direction,
  allowed,
});

/** The rules of the pod's chain between the one for itself and the drop. */
function rules(allowed: Allowed[]): string[] {
  const chain = /chain ingress-10\.244\.0\.2 \{\n([^}]*(?:\{[^}]*\}[^}]*)*?)\n {2}\}/.exec(
    toRuleset([isolation(allowed)]),
  );
  return (chain?.[1] ?? "")
    .split("\n")
    .slice(2, -1)
    .map((line) => line.trim());
}

describe("nftables rules", () => {
  it("are one transaction that replaces the table", async () => {
    const text = toRuleset([
      isolation([{ peers: ["10.244.0.3"], ports: [{ protocol: "tcp", from: 9092 }] }]),
      isolation([], "egress"),
    ]);
    await expect(text).toMatchFileSnapshot("nft.golden.txt");
  });

  it("let everything pass where nothing is isolated", () => {
    expect(toRuleset([])).not.toMatch(/drop|vmap/);
  });

  it.each<[string, Allowed[], string[]]>([
    ["nothing", [], []],
    ["everything", [{}], ["return"]],
    ["some pods", [{ peers: ["10.244.0.3", "10.244.0.4"] }], ["ip saddr { 10.244.0.3, 10.244.0.4 } return"]],
    [
      "a block with exceptions that overlap",
      [{ peers: ["10.0.0.0/8"], except: ["10.1.0.0/16", "10.1.1.0/24"] }],
      ["ip saddr 10.0.0.0/8 ip saddr != 10.1.0.0/16 ip saddr != 10.1.1.0/24 return"],
    ],
    [
      "ports of two protocols",
      [
        {
          ports: [
            { protocol: "udp", from: 53 },
            { protocol: "tcp", from: 53 },
          ],
        },
      ],
      ["udp dport 53 return", "tcp dport 53 return"],
    ],
    [
      "ranges that overlap or touch",
      [
        {
          ports: [
            { protocol: "tcp", from: 90, to: 100 },
            { protocol: "tcp", from: 95, to: 110 },
            { protocol: "tcp", from: 111 },
            { protocol: "tcp", from: 80 },
          ],
        },
      ],
      ["tcp dport { 80, 90-111 } return"],
    ],
    [
      "a whole protocol beside one of its ports",
      [{ ports: [{ protocol: "tcp", from: 80 }, { protocol: "tcp" }] }],
      ["meta l4proto tcp return"],
    ],
    ["the same twice", [{ peers: ["10.244.0.3"] }, { peers: ["10.244.0.3"] }], ["ip saddr 10.244.0.3 return"]],
  ])("allow %s", (_, allowed, expected) => {
    expect(rules(allowed)).toEqual(expected);
  });
});
