import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseSite, readSite, siteVariable } from "./site.ts";

const facts = { site: "packages", base: { reference: "base:1", content: "abc" }, secrets: { ca: "/ca.crt" } };
const folder = mkdtempSync(join(tmpdir(), "horizon-site-"));

afterAll(() => rmSync(folder, { recursive: true }));

describe("site facts", () => {
  it("are read from the file that the environment names", () => {
    const file = join(folder, "site.json");
    writeFileSync(file, JSON.stringify(facts));
    expect(readSite({ [siteVariable]: file })).toEqual(facts);
  });

  it.each([
    ["no variable", {}, "not set"],
    ["no file", { [siteVariable]: join(folder, "none.json") }, "does not exist"],
  ])("%s: says how to get them", (_, env, given) => {
    expect(() => readSite(env)).toThrow(given);
    expect(() => readSite(env)).toThrow("horizon env");
  });

  it.each(["", "{", "[]", JSON.stringify({ ...facts, site: "moon" }), JSON.stringify({ ...facts, more: 1 })])(
    "refuses %j",
    (text) => {
      expect(() => parseSite(text, "site.json")).toThrow("does not know what this site can reach");
    },
  );
});
