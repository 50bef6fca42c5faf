import { describe, expect, it } from "vitest";
import { thirdPartyImage } from "./images.ts";
import { thirdParty } from "./supply.ts";

const digest = `sha256:${"a".repeat(64)}` as const;
const locked = { [thirdPartyImage("redis").upstream]: { digest, sources: [] } };

describe("thirdParty", () => {
  it("pulls by digest where the registry answers", () => {
    expect(thirdParty("redis", "internet", locked)).toMatchObject({ origin: "pulled", reference: `redis@${digest}` });
  });

  it("builds where it does not, and where no digest is confirmed", () => {
    for (const found of [thirdParty("redis", "packages", locked), thirdParty("redis", "internet", {})]) {
      expect(found).toMatchObject({ origin: "built", source: { name: "redis", dockerfile: "redis/Dockerfile" } });
    }
  });

  it("has nothing for an image without an equivalent", () => {
    expect(thirdParty("grafana", "packages", {})).toBeUndefined();
  });
});
