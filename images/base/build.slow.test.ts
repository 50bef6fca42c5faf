/** Builds the root filesystem twice from this host's mirrors: about a minute each. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findSite } from "../../infra/site-find.ts";
import { buildRoot, ensureBase, fileSha256, TAG } from "./build.ts";

const folder = mkdtempSync(join(tmpdir(), "horizon-base-test-"));
let sources = "";

beforeAll(async () => {
  const { site } = await findSite({ stateDir: folder, ensureBase, wanted: "packages" });
  sources = readFileSync(site.secrets.apt ?? "", "utf8");
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe("the base image", () => {
  it("has the same bytes each time it is built", { timeout: 600_000 }, async () => {
    const first = await fileSha256(await buildRoot(sources, mkdtempSync(join(folder, "a-"))));
    const second = await fileSha256(await buildRoot(sources, mkdtempSync(join(folder, "b-"))));
    expect(second).toBe(first);
  });

  it("isn't built again while its recipe is there", { timeout: 60_000 }, async () => {
    expect(await ensureBase({ sources })).toMatchObject({ reference: TAG, built: false });
  });

  it("tells nothing of the host it was built on", { timeout: 60_000 }, () => {
    const script = "find /etc/machine-id /var/log /var/lib/apt/lists /tmp -type f 2>/dev/null; cat /etc/debian_version";
    const args = ["run", "--rm", "--network", "none", TAG, "sh", "-c", script];
    expect(execFileSync("docker", args, { encoding: "utf8", timeout: 30_000 }).trim()).toMatch(/^13\.\d+$/);
  });
});
