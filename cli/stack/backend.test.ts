import { describe, expect, it } from "vitest";
import { backendEnv, isLocal, localStateDir } from "./backend.ts";

describe("where a stack keeps its state", () => {
  it("is the user's state directory for a local stack, with a passphrase file", () => {
    const env = backendEnv("dev", {});
    expect(env["PULUMI_BACKEND_URL"]).toBe(`file://${localStateDir("dev")}`);
    expect(env["PULUMI_CONFIG_PASSPHRASE_FILE"]).toMatch(/stacks\/dev\/passphrase$/);
  });

  it("is what the caller chose, for a local stack too", () => {
    const env = { PULUMI_BACKEND_URL: "s3://bucket" };
    expect(isLocal("dev", env)).toBe(false);
    expect(backendEnv("dev", env)).toEqual(env);
  });

  it("is never another local stack's, though the shell took horizon env for it", () => {
    const shell = backendEnv("dev", {});
    expect(isLocal("test", shell)).toBe(true);
    expect(backendEnv("test", shell)["PULUMI_BACKEND_URL"]).toBe(`file://${localStateDir("test")}`);
    expect(backendEnv("test", shell)["PULUMI_CONFIG_PASSPHRASE_FILE"]).toMatch(/stacks\/test\/passphrase$/);
  });

  it("keeps a passphrase that the caller set", () => {
    expect(backendEnv("dev", { PULUMI_CONFIG_PASSPHRASE: "mine" })["PULUMI_CONFIG_PASSPHRASE_FILE"]).toBeUndefined();
  });
});
