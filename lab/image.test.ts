import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { archive, digestOf, scratchImage } from "./image.ts";

describe("an image of one program", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "image-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each([0, 1, 512, 513, 100_000])("holds %i bytes as tar reads them", (size) => {
    const content = Buffer.alloc(size, "x");
    writeFileSync(join(folder, "a.tar"), archive("program", content));
    const listed = execFileSync("tar", ["-tvf", join(folder, "a.tar")], { encoding: "utf8" });
    expect(listed).toMatch(new RegExp(`^-rwxr-xr-x 0/0 +${size} .* program\\n$`));
    expect(execFileSync("tar", ["-xOf", join(folder, "a.tar")])).toEqual(content);
  });

  it("names its parts by their digests, and the same program gives the same image", () => {
    const program = join(folder, "pause");
    writeFileSync(program, "not really a program");
    const image = scratchImage(program);
    const manifest = JSON.parse(image.manifest.toString());
    const [config = Buffer.alloc(0), layer = Buffer.alloc(0)] = image.blobs;
    expect(manifest.config.digest).toBe(digestOf(config));
    expect(manifest.layers[0].digest).toBe(digestOf(layer));
    expect(JSON.parse(config.toString())).toMatchObject({
      config: { Entrypoint: ["/pause"], User: "65534:65534" },
      rootfs: { diff_ids: [digestOf(gunzipSync(layer))] },
    });
    expect(digestOf(scratchImage(program).manifest)).toBe(digestOf(image.manifest));
  });
});
