import { describe, expect, it } from "vitest";
import { withoutSalt } from "./salt.ts";

describe("withoutSalt", () => {
  it("takes the salt out and nothing else", () => {
    const text = "# a comment\nconfig:\n  a: b\n";
    expect(withoutSalt(`${text}encryptionsalt: v1:abc=:v1:def:ghi==\n`)).toBe(text);
    expect(withoutSalt(`encryptionsalt: v1:abc\n${text}`)).toBe(text);
    expect(withoutSalt(text)).toBe(text);
  });
});
