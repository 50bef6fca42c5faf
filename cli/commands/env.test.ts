import { describe, expect, it } from "vitest";
import { renderExports } from "./env.ts";

describe("the environment for a shell", () => {
  it("is what differs, quoted", () => {
    expect(renderExports({ A: "same", B: "it's", C: "new" }, { A: "same", B: "old" })).toBe(
      "export B='it'\\''s'\nexport C='new'",
    );
  });

  it("takes away what must not be there: production's passphrase would win over the lab's", () => {
    const env = { PULUMI_CONFIG_PASSPHRASE: undefined };
    expect(renderExports(env, { PULUMI_CONFIG_PASSPHRASE: "production" })).toBe("unset PULUMI_CONFIG_PASSPHRASE");
    expect(renderExports(env, {})).toBe("");
  });
});
