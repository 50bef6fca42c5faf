import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { readSite, SITE_FILE_VARIABLE, type Site, writeSite } from "./site.ts";

const facts: Site = { site: "packages", base: { reference: "base:1", content: "abc" }, secrets: { ca: "/ca.crt" } };
const folder = mkdtempSync(join(tmpdir(), "horizon-site-"));

afterAll(() => rmSync(folder, { recursive: true }));

describe("site facts", () => {
  it("are read from the file that the environment names", () => {
    const file = join(folder, "site.json");
    writeFileSync(file, JSON.stringify(facts));
    vi.stubEnv(SITE_FILE_VARIABLE, file);
    expect(readSite()).toEqual(facts);
    vi.unstubAllEnvs();
  });

  it("come back as they were written, readable by the user alone", () => {
    const file = join(folder, "state", "site.json");
    const site = { ...facts, reason: "a test" };
    writeSite(site, file);
    writeSite(site, file);
    expect(readSite(file)).toEqual(site);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each([
    ["no variable", "", "not set"],
    ["no file", join(folder, "none.json"), "does not exist"],
  ])("%s: says how to get them", (_, file, given) => {
    expect(() => readSite(file)).toThrow(given);
    expect(() => readSite(file)).toThrow("horizon env");
  });

  it.each(["", "{", "[]", JSON.stringify({ ...facts, site: "moon" }), JSON.stringify({ ...facts, more: 1 })])(
    "refuses %j",
    (text) => {
      const file = join(folder, "bad.json");
      writeFileSync(file, text);
      expect(() => readSite(file)).toThrow("does not know what this site can reach");
    },
  );
});
