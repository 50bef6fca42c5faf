import language from "@pulumi/pulumi/proto/language_pb.js";
import { describe, expect, it } from "vitest";
import { nodeArguments, outcomeOf, runArguments, runEnvironment } from "./run.ts";

const { ProgramInfo, RunRequest } = language;

describe("starting a program", () => {
  const request = new RunRequest()
    .setMonitorAddress("127.0.0.1:1")
    .setProject("project")
    .setStack("dev")
    .setPwd("/project")
    .setParallel(16)
    .setDryrun(true)
    .setProgram("stacks/index.ts")
    .setConfigsecretkeysList(["project:key"])
    .setInfo(new ProgramInfo().setRootDirectory("/project"));
  request.getConfigMap().set("project:key", "value");

  it("hands over all that the engine says, the program last", () => {
    expect(runArguments(request, "127.0.0.1:2").join(" ")).toBe(
      "--monitor 127.0.0.1:1 --engine 127.0.0.1:2 --project project --root-directory /project --stack dev " +
        "--pwd /project --parallel 16 --dry-run stacks/index.ts",
    );
  });

  it("leaves out what is not said, and runs the project's folder where no program is named", () => {
    expect(runArguments(new RunRequest().setParallel(1), "")).toEqual(["--parallel", "1", "."]);
  });

  it("carries the configuration in the environment", () => {
    expect(runEnvironment(request, { typescript: false })).toEqual({
      PULUMI_CONFIG: '{"project:key":"value"}',
      PULUMI_CONFIG_SECRET_KEYS: '["project:key"]',
      PULUMI_NODEJS_TYPESCRIPT: "false",
    });
    expect(runEnvironment(request, { tsconfig: "t.json" })).toMatchObject({
      PULUMI_NODEJS_TYPESCRIPT: "true",
      PULUMI_NODEJS_TSCONFIG_PATH: "t.json",
    });
  });

  it("splits the arguments for Node", () => {
    expect(nodeArguments({ nodeargs: " --a  --b=c " })).toEqual(["--a", "--b=c"]);
    expect(nodeArguments({})).toEqual([]);
  });
});

describe("the end of a program", () => {
  it.each([
    [0, null, { error: "", bail: false }],
    [32, null, { error: "", bail: true }],
    [1, null, { error: "Program exited with non-zero exit code: 1", bail: false }],
    [null, "SIGKILL", { error: "Program was ended by SIGKILL", bail: false }],
  ] as const)("with code %s and signal %s", (code, signal, outcome) => {
    expect(outcomeOf(code, signal)).toEqual(outcome);
  });
});
