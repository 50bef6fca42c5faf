import { rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backendEnv, configFile, isLab, isLocal, labMark, localStateDir } from "./backend.ts";

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

describe("the stack of a lab", () => {
  const lab = `unit-${process.pid}-lab`;
  const production = { PULUMI_BACKEND_URL: "s3://production", PULUMI_CONFIG_PASSPHRASE: "production" };

  beforeAll(() => writeFileSync(configFile(lab), `${labMark}\n`));
  afterAll(() => rmSync(configFile(lab)));

  it("is local with its own passphrase, whatever the shell is set up for", () => {
    expect(isLocal(lab, production)).toBe(true);
    const env = backendEnv(lab, production);
    expect(env["PULUMI_BACKEND_URL"]).toBe(`file://${localStateDir(lab)}`);
    expect(env["PULUMI_CONFIG_PASSPHRASE_FILE"]).toMatch(new RegExp(`stacks/${lab}/passphrase$`));
    expect("PULUMI_CONFIG_PASSPHRASE" in env && env["PULUMI_CONFIG_PASSPHRASE"]).toBeUndefined();
  });

  it("is told by the first words of its file, not by its name", () => {
    expect(isLab(lab)).toBe(true);
    expect(isLab("dev")).toBe(false);
    expect(isLab("none-lab")).toBe(false);
  });
});
