import { describe, expect, it } from "vitest";
import { isEmpty, type Preview, type PreviewStep, summarise, toComment, toText } from "./summary.ts";

const step = (op: string, type: string, name: string, extra: Partial<PreviewStep> = {}): PreviewStep => ({
  op,
  urn: `urn:pulumi:dev::cipherhorizon::${type}::${name}`,
  oldState: { type },
  newState: { type },
  ...extra,
});

const volume = "docker:index/volume:Volume";
const container = "docker:index/container:Container";

const preview: Preview = {
  steps: [
    step("replace", container, "kafka", { replaceReasons: ["memory"], diffReasons: ["memory", "labels"] }),
    step("delete-replaced", container, "kafka"),
    step("create-replacement", container, "kafka"),
    step("delete", volume, "postgres.state"),
    step("replace", volume, "kafka.files-etc", {
      oldState: { type: volume, inputs: { labels: [{ label: "cipherhorizon.content", value: "hash" }] } },
    }),
    step("delete", volume, "redis.state", { oldState: { type: volume, retainOnDelete: true } }),
    step("create", "docker:index/remoteImage:RemoteImage", "engine.image"),
    step("update", container, "redis"),
    step("same", container, "engine"),
    step("create", "trading:components:Kafka", "kafka"),
  ],
};

describe("a preview's summary", () => {
  const summary = summarise(preview);

  it("counts each replacement once", () => {
    expect(summary.replaced.map(({ resource }) => resource)).toEqual(["container kafka", "volume kafka.files-etc"]);
    expect(summary.replaced[0]?.because).toEqual(["labels", "memory"]);
  });

  it("calls data at risk only what can't be made again and is not retained", () => {
    expect(summary.dataAtRisk.map(({ resource }) => resource)).toEqual(["volume postgres.state"]);
  });

  it("names changed images and leaves groups out", () => {
    expect(summary.images.map(({ resource }) => resource)).toEqual(["remote image engine.image"]);
    expect(summary.created).toHaveLength(1);
  });

  it("is empty when nothing changes", () => {
    const same = summarise({ steps: [step("same", container, "engine")] });
    expect(isEmpty(same)).toBe(true);
    expect(toText(same)).toBe("nothing to do");
    expect(toComment(same, "dev", "")).toContain("nothing to do");
  });

  it("keeps errors in front", () => {
    const failed = summarise({ diagnostics: [{ severity: "error", message: "no such key" }] });
    expect(toText(failed)).toMatch(/^error: no such key/);
    expect(toComment(failed, "dev", "")).toMatch(/fails\n\n> \[!CAUTION\]\n> no such key/);
  });
});

describe("a pull-request comment", () => {
  it("starts with what matters and folds the rest", () => {
    const comment = toComment(summarise(preview), "dev", "detail");
    const order = ["Data at risk", "Deleted", "Replaced", "Images changed", "Updated in place", "Created", "All of it"];
    const positions = order.map((title) => comment.indexOf(title));
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(Math.min(...positions)).toBeGreaterThan(0);
    expect(comment).toMatch(/^<!-- horizon-preview dev -->/);
  });

  it("cuts the detail and never the summary", () => {
    const comment = toComment(summarise(preview), "dev", "x".repeat(200_000));
    expect(comment.length).toBeLessThan(65_536);
    expect(comment).toContain("postgres.state");
    expect(comment).toContain("cut; the whole is in the job's log");
  });

  it("lets no detail break out of its fence", () => {
    expect(toComment(summarise(preview), "dev", "```\n# boo").match(/```/g)).toHaveLength(2);
  });
});
