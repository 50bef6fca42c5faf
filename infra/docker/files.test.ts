import { secret } from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { minimal } from "../fixtures/workloads.ts";
import { resolved } from "../testing.ts";
import type { Workload } from "../workload.ts";
import { contentHash, toFiller } from "./files.ts";

const w: Workload = { ...minimal, files: { "/etc/a/x": "1" }, secrets: { "/run/s/p": secret("hidden") } };
const hash = (change: Partial<Workload> = {}, key = "key") => resolved(contentHash({ ...w, ...change }, key));

describe("the hash of the content", () => {
  test("is the same for the same content", async () => expect(await hash()).toBe(await hash()));

  test.each<[string, Partial<Workload>]>([
    ["a file's content", { files: { "/etc/a/x": "2" } }],
    ["a secret's content", { secrets: { "/run/s/p": secret("other") } }],
    ["a path", { files: { "/etc/a/y": "1" } }],
    ["the image, whose files a volume starts with", { image: { ...minimal.image, content: "1111" } }],
  ])("changes with %s", async (_, change) => expect(await hash(change)).not.toBe(await hash()));

  test("needs the stack's key, so a label helps nobody to guess a secret", async () => {
    expect(await hash({}, "another key")).not.toBe(await hash());
  });

  test("isn't secret, or every label would be", async () => {
    const { isSecret } = await import("@pulumi/pulumi");
    expect(await isSecret(contentHash(w, secret("key")))).toBe(false);
  });
});

test("the container that fills can't be started, and is as hardened as a container that is written into can be", async () => {
  const filler = await resolved(toFiller("dev", w, "hash", [{ directory: "/etc/a", volume: "v" }]));
  expect(filler).toMatchObject({
    name: "cipherhorizon-dev-example.files",
    entrypoints: ["/holds-files-only"],
    start: false,
    mustRun: false,
    networkMode: "none",
    user: "65532:65532",
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    uploads: [
      { file: "/etc/a/x", content: "1", permissions: "0444" },
      { file: "/run/s/p", content: "hidden", permissions: "0444" },
    ],
  });
});
