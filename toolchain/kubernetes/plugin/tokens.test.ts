import { describe, expect, it } from "vitest";
import { kindOfToken } from "./tokens.ts";

describe("resource tokens", () => {
  it.each([
    ["kubernetes:core/v1:Service", "v1", "Service"],
    ["kubernetes:apps/v1:Deployment", "apps/v1", "Deployment"],
    ["kubernetes:networking.k8s.io/v1:NetworkPolicy", "networking.k8s.io/v1", "NetworkPolicy"],
    ["kubernetes:example.com/v1:AllowList", "example.com/v1", "AllowList"],
    ["kubernetes:example.com/v1beta1:Patch", "example.com/v1beta1", "Patch"],
  ])("%s is %s %s", (token, apiVersion, kind) => {
    expect(kindOfToken(token)).toEqual({ apiVersion, kind });
  });

  it.each([
    ["kubernetes:core/v1:ConfigMapList", /is a list.*declare each item/s],
    ["kubernetes:apps/v1:DeploymentPatch", /patches an object that somebody else owns.*official plugin/s],
    ["kubernetes:rbac.authorization.k8s.io/v1:RolePatch", /patches/],
    ["kubernetes:helm.sh/v3:Release", /not served by this plugin.*HORIZON_TOOLCHAIN=download/s],
    ["kubernetes:yaml/v2:ConfigGroup", /not served/],
    ["docker:index/container:Container", /names no Kubernetes object/],
  ])("%s is refused with what, given, allowed and remedy", (token, message) => {
    expect(() => kindOfToken(token)).toThrow(message);
    expect(() => kindOfToken(token)).toThrow(/given: .*allowed: .*remedy: /s);
  });
});
