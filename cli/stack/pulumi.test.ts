import { describe, expect, it } from "vitest";
import { mayLog } from "./pulumi.ts";

describe("the log of a run", () => {
  it("leaves out debug messages, in which providers repeat what they are given", () => {
    const event = (severity: string): string =>
      JSON.stringify({ diagnosticEvent: { message: "content: hunter2", severity } });
    expect(mayLog(event("debug"))).toBe(false);
    expect(mayLog(event("error"))).toBe(true);
    expect(mayLog('{"resourcePreEvent":{}}')).toBe(true);
  });
});
