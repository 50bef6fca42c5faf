import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { IMAGES_FOLDER, imageSource, type Lock, readLock, THIRD_PARTY, thirdPartyImage } from "./images.ts";

const digest = `sha256:${"a".repeat(64)}` as const;
const everything: Lock = Object.fromEntries(
  THIRD_PARTY.map(({ upstream }) => [upstream, { digest, sources: ["test"] }]),
);
const built = THIRD_PARTY.filter((image) => image.equivalent);

describe("the table of third-party images", () => {
  it("names a folder for each image that is built, and builds each folder with a Dockerfile", () => {
    const folders = readdirSync(IMAGES_FOLDER).filter((name) => existsSync(join(IMAGES_FOLDER, name, "Dockerfile")));
    expect(built.map((image) => image.equivalent?.dockerfile).sort()).toEqual(
      folders.map((name) => `${name}/Dockerfile`).sort(),
    );
    for (const { equivalent } of built) {
      for (const input of equivalent?.inputs ?? []) expect(existsSync(join(IMAGES_FOLDER, input))).toBe(true);
    }
  });

  it.each(built)("$name: the Dockerfile runs as the table's user and carries its version", (image) => {
    const text = readFileSync(join(IMAGES_FOLDER, image.equivalent?.dockerfile ?? ""), "utf8");
    expect(text).toMatch(/^ARG BASE\nFROM \$\{BASE\} AS /m);
    expect(text).toContain(`\nUSER ${image.user}:${image.group}\n`);
    expect(text).toContain(`version="${image.equivalent?.version}"`);
  });

  it("reads nothing in a build that its inputs don't name, so a change can't go unnoticed", () => {
    for (const { equivalent } of built) {
      const text = readFileSync(join(IMAGES_FOLDER, equivalent?.dockerfile ?? ""), "utf8");
      for (const [, sources] of text.matchAll(/^COPY (?:--chmod=\d+ )?(?!--from)(.*) \S+$/gm)) {
        for (const source of sources?.split(" ") ?? []) expect(equivalent?.inputs).toContain(source.split("/")[0]);
      }
    }
  });

  it("runs nothing but the base as root", () => {
    expect(THIRD_PARTY.filter((image) => image.user === 0).map((image) => image.name)).toEqual(["base"]);
  });

  it("is locked: an entry for each image and none besides, each digest with two sources that agree", () => {
    const lock = readLock();
    expect(Object.keys(lock).sort()).toEqual(THIRD_PARTY.map((image) => image.upstream).sort());
    for (const { digest: locked, sources } of Object.values(lock)) {
      if (locked === "unresolved") expect(sources).toEqual([]);
      else {
        expect(locked).toMatch(/^sha256:[0-9a-f]{64}$/);
        expect(sources.length >= 2 || sources[0] === "registry").toBe(true);
      }
    }
  });
});

describe("imageSource", () => {
  const redis = thirdPartyImage("redis");

  it("pulls by digest, never by tag, where the registry answers", () => {
    expect(imageSource(redis, true, everything)).toEqual({
      kind: "pull",
      reference: `redis@${digest}`,
      digest,
      title: redis.upstream,
    });
  });

  it("keeps a registry's host in the reference", () => {
    expect(imageSource(thirdPartyImage("postgres-exporter"), true, everything)).toMatchObject({
      reference: `quay.io/prometheuscommunity/postgres-exporter@${digest}`,
    });
  });

  it("builds where the registry doesn't answer, where no digest is known, and where upstream's image won't do", () => {
    expect(imageSource(redis, false, everything)).toMatchObject({ kind: "build", equivalent: redis.equivalent });
    expect(imageSource(redis, true, {})).toMatchObject({
      kind: "build",
      reason: expect.stringContaining("images lock"),
    });
    const kafka = thirdPartyImage("kafka");
    expect(imageSource(kafka, true, everything)).toMatchObject({ kind: "build", reason: kafka.alwaysBuilt });
  });

  it("has nothing where there is no equivalent", () => {
    expect(imageSource(thirdPartyImage("grafana"), false, everything)).toMatchObject({ kind: "none" });
  });
});

describe("thirdPartyImage", () => {
  it("refuses an unknown name with the known ones", () => {
    expect(() => thirdPartyImage("rabbit")).toThrow(/given: +rabbit[\s\S]*allowed: .*kafka[\s\S]*remedy: /);
  });
});
