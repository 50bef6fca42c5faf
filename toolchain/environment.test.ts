import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { environment } from "./environment.ts";

describe("the environment of a toolchain", () => {
  it("puts its programs and the running Node before everything else", () => {
    const env = environment("/t/bin", "/t/home", { PATH: "/usr/bin:/bin" });
    expect(env["PATH"]).toBe(`/t/bin:${dirname(process.execPath)}:/usr/bin:/bin`);
    expect(environment("/t/bin", "/t/home", {})["PATH"]).toBe(`/t/bin:${dirname(process.execPath)}`);
  });

  it("names its own plugins and asks nobody for others", () => {
    expect(environment("/t/bin", "/t/home", {})).toMatchObject({
      PULUMI_HOME: "/t/home",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
    });
  });
});
