import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ServiceSource } from "../platform.ts";
import { resolved } from "../testing.ts";
import { contentHash, toBuiltImage } from "./image.ts";

const base = { reference: "base@sha256:0", content: "base-1" };
let context: string;
let source: ServiceSource;

beforeEach(() => {
  context = mkdtempSync(join(tmpdir(), "horizon-image-"));
  mkdirSync(join(context, "engine/src"), { recursive: true });
  mkdirSync(join(context, "engine/target"));
  writeFileSync(join(context, ".dockerignore"), "**/target\n");
  writeFileSync(join(context, "engine/Dockerfile"), "ARG BASE\nFROM $BASE\n");
  writeFileSync(join(context, "engine/src/main.cpp"), "int main() {}\n");
  writeFileSync(join(context, "engine/target/junk"), "1");
  writeFileSync(join(context, "other"), "1");
  source = { name: "engine", context, dockerfile: "engine/Dockerfile", inputs: ["engine"] };
});
afterEach(() => rmSync(context, { recursive: true }));

const hash = (change: Partial<ServiceSource> = {}, from = base) => contentHash({ ...source, ...change }, from);

describe("the content hash", () => {
  test("stays when modes, times, ignored files or files outside the inputs change", () => {
    const before = hash();
    chmodSync(join(context, "engine/src/main.cpp"), 0o600);
    utimesSync(join(context, "engine/src/main.cpp"), 1, 1);
    writeFileSync(join(context, "engine/target/junk"), "2");
    writeFileSync(join(context, "other"), "2");
    expect(hash()).toBe(before);
  });

  test("stays when the same files lie elsewhere in another order of inputs", () => {
    expect(hash({ inputs: ["engine/src", "engine"] })).toBe(hash());
  });

  const write = (path: string, text: string) => () => writeFileSync(join(context, path), text);

  test.each<[string, () => void, Partial<ServiceSource>?, string?]>([
    ["a file", write("engine/src/main.cpp", "int main() { return 1; }\n")],
    ["a new file", write("engine/src/a.cpp", "")],
    ["the Dockerfile", write("engine/Dockerfile", "FROM scratch\n")],
    ["a link", () => symlinkSync("main.cpp", join(context, "engine/src/b.cpp"))],
    ["an argument", () => {}, { args: { VERSION: "1" } }],
    ["the target stage", () => {}, { target: "test" }],
    ["the base", () => {}, {}, "base-2"],
  ])("changes with %s", (_, change, asked, content) => {
    const before = hash();
    change();
    expect(hash(asked, { ...base, ...(content && { content }) })).not.toBe(before);
  });

  test("names an input that doesn't exist", () => {
    expect(() => hash({ inputs: ["engine/missing"] })).toThrow(/image engine: an input of the build doesn't exist/);
  });
});

test("a build gets its base, its secrets as files, the host's network, and a tag by content and version", async () => {
  const args = toBuiltImage("dev", { ...source, args: { A: "1" } }, "0123456789abcdef", "89abcdef", {
    base,
    secrets: { ca: "/ca.crt", apt: undefined, site: "/site.env" },
  });
  expect(await resolved(args)).toMatchObject({
    name: "cipherhorizon-dev/engine:0123456789ab-89abcdef",
    triggers: { content: "0123456789abcdef" },
    build: {
      dockerfile: "engine/Dockerfile",
      buildArgs: { BASE: "base@sha256:0", A: "1" },
      secrets: [
        { id: "ca", src: "/ca.crt" },
        { id: "site", src: "/site.env" },
      ],
      networkMode: "host",
      builder: "default",
      labels: { "app.kubernetes.io/part-of": "cipherhorizon", "cipherhorizon.image": "0123456789abcdef" },
    },
  });
});
