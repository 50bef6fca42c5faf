import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { cargoSources, clientSettings, pipSettings, renderEnvironment } from "./site-clients.ts";

const home = mkdtempSync(join(tmpdir(), "horizon-clients-"));
/** The host's tools with nobody's settings. */
const bare = { PATH: process.env.PATH, HOME: home };

afterAll(() => rmSync(home, { recursive: true }));

describe("clientSettings", { timeout: 60_000 }, () => {
  it("passes nothing on where every client has its defaults", () => {
    // pip reads the machine's own configuration, which is not this test's.
    const settings = clientSettings({ ...bare, PIP_CONFIG_FILE: "/dev/null" });
    expect(settings).toEqual({});
  });

  it("passes on what the real clients say, wherever it was set", () => {
    mkdirSync(join(home, ".m2"), { recursive: true });
    mkdirSync(join(home, ".cargo"), { recursive: true });
    writeFileSync(join(home, ".npmrc"), "registry=http://127.0.0.1:4873/\n");
    writeFileSync(join(home, ".m2", "settings.xml"), "<settings/>");
    writeFileSync(join(home, ".cargo", "config.toml"), '[source.crates-io]\nreplace-with = "m"\n[build]\njobs = 1\n');
    const settings = clientSettings({
      ...bare,
      PIP_CONFIG_FILE: "/dev/null",
      PIP_INDEX_URL: "http://127.0.0.1:3141/simple",
      GOPROXY: "http://127.0.0.1:3000",
      https_proxy: "http://127.0.0.1:3128",
    });
    expect(settings).toMatchObject({
      npm_config_registry: "http://127.0.0.1:4873/",
      PIP_INDEX_URL: "http://127.0.0.1:3141/simple",
      GOPROXY: "http://127.0.0.1:3000",
      https_proxy: "http://127.0.0.1:3128",
    });
    expect(settings).not.toHaveProperty("GOSUMDB");
    expect(Buffer.from(settings.MAVEN_SETTINGS ?? "", "base64").toString()).toBe("<settings/>");
    expect(Buffer.from(settings.HORIZON_CARGO_CONFIG ?? "", "base64").toString()).toBe(
      '[source.crates-io]\nreplace-with = "m"\n',
    );
  });
});

describe("pipSettings", () => {
  it("takes the file's setting, and the environment's before it", () => {
    const list = "global.index-url='http://file.test/simple'\nglobal.timeout='60'\nglobal.trusted-host='a\\nb'\n";
    expect(pipSettings(list, {})).toEqual({
      PIP_INDEX_URL: "http://file.test/simple",
      PIP_EXTRA_INDEX_URL: undefined,
      PIP_TRUSTED_HOST: "a b",
    });
    expect(pipSettings(`${list}:env:.index-url='http://env.test'`, {}).PIP_INDEX_URL).toBe("http://env.test");
    expect(pipSettings(list, { PIP_INDEX_URL: "http://x.test" }).PIP_INDEX_URL).toBe("http://x.test");
  });
});

describe("cargoSources", () => {
  it("keeps where crates come from and leaves the host's own settings", () => {
    const toml = '[net]\noffline = true\n\n[source.m]\nregistry = "sparse+http://m.test/"\n[target.x]\nlinker = "cc"\n';
    expect(cargoSources(toml)).toBe('[source.m]\nregistry = "sparse+http://m.test/"\n');
    expect(cargoSources("[build]\njobs = 1\n")).toBeUndefined();
    expect(cargoSources(undefined)).toBeUndefined();
  });
});

describe("renderEnvironment", () => {
  it("is read by a shell as it was meant, whatever is in a value", () => {
    const settings = { B: 'it\'s $HOME `x` "y"\\', A: "two words" };
    const script = `${renderEnvironment(settings)}printf '%s\\n%s' "$A" "$B"`;
    expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).toBe(`${settings.A}\n${settings.B}`);
  });
});
