import { describe, expect, it } from "vitest";
import { parseSettings, settingsProblems } from "./settings.ts";

describe("the provider's arguments", () => {
  it("default to nothing asked for", () => {
    const settings = parseSettings({}, {});
    expect(Object.values(settings).filter((value) => value !== "" && value !== false)).toEqual([]);
  });

  it("come before the official plugin's variables", () => {
    const environment = { PULUMI_K8S_DELETE_UNREACHABLE: "true", PULUMI_K8S_ENABLE_PATCH_FORCE: "true" };
    const settings = parseSettings({ deleteUnreachable: "false", context: "lab", namespace: "n" }, environment);
    expect(settings).toMatchObject({
      deleteUnreachable: false,
      enablePatchForce: true,
      context: "lab",
      namespace: "n",
    });
  });

  it.each([
    [{ renderYamlToDirectory: "out" }, /renderYamlToDirectory is not served.*given: +out.*horizon render/s],
    [{ enableServerSideApply: "false" }, /enableServerSideApply.*always applies/s],
    [{ helmReleaseSettings: "{}" }, /helmReleaseSettings.*official plugin/s],
  ])("%j is refused, since it would change what happens", (variables, reason) => {
    const problems = settingsProblems(variables as unknown as Record<string, string>);
    expect(problems).toEqual([{ property: Object.keys(variables)[0], reason: expect.stringMatching(reason) }]);
  });

  it("that say the default are fine", () => {
    expect(
      settingsProblems({ enableServerSideApply: "true", renderYamlToDirectory: "", alwaysRender: "false" }),
    ).toEqual([]);
  });
});
