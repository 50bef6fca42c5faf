import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readSite } from "./site.ts";
import { findSite, registryAnswer, writeSecrets } from "./site-find.ts";

const folder = mkdtempSync(join(tmpdir(), "horizon-find-"));
const mirror = { HORIZON_DEBIAN_MIRROR: "http://m.test/debian", HORIZON_DEBIAN_SECURITY_MIRROR: "http://m.test/s" };

afterAll(() => rmSync(folder, { recursive: true }));

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

async function asking(answer: RequestListener) {
  const server = createServer(answer);
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  try {
    return await registryAnswer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

describe("registryAnswer", () => {
  const version = { "docker-distribution-api-version": "registry/2.0" };

  it("takes a registry that wants a sign-in for one that answers", async () => {
    expect((await asking((_, response) => response.writeHead(401, version).end())).answers).toBe(true);
    expect((await asking((_, response) => response.writeHead(200, version).end("{}"))).answers).toBe(true);
  });

  it("takes a proxy's page, a closed port and silence for none", { timeout: 15_000 }, async () => {
    expect(await asking((_, response) => response.writeHead(403).end("blocked"))).toMatchObject({ answers: false });
    expect(await asking((_, response) => response.end("<html>"))).toMatchObject({ answers: false });
    expect(await registryAnswer(`http://127.0.0.1:${await closedPort()}`)).toEqual({
      answers: false,
      detail: "is out of reach (ECONNREFUSED)",
    });
    expect(await asking(() => {})).toEqual({ answers: false, detail: "is out of reach (TimeoutError)" });
  });
});

describe("writeSecrets", { timeout: 60_000 }, () => {
  it("writes what the host has, for the user's eyes only, and no file for what it hasn't", () => {
    const env = { PATH: "", HOME: folder, SSL_CERT_FILE: "/dev/null", ...mirror };
    const secrets = writeSecrets(join(folder, "secrets"), env);
    expect(Object.keys(secrets)).toEqual(["ca", "apt"]);
    expect(readFileSync(secrets.apt ?? "", "utf8")).toContain("Suites: trixie-security\n");
    expect(statSync(secrets.apt ?? "").mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "secrets")).mode & 0o777).toBe(0o700);
  });
});

describe("findSite", { timeout: 60_000 }, () => {
  const env = { PATH: "", HOME: folder, ...mirror };

  it("builds the base from the host's mirrors and writes what the program reads", async () => {
    const seen: string[] = [];
    const { site, file } = await findSite({
      stateDir: join(folder, "state"),
      env,
      wanted: "packages",
      ensureBase: async ({ sources }) => {
        seen.push(sources);
        return { reference: "base:test", content: "c0ffee" };
      },
    });
    expect(seen[0]).toContain("URIs: http://m.test/debian\n");
    expect(site).toMatchObject({ site: "packages", base: { reference: "base:test", content: "c0ffee" } });
    expect(readSite(file)).toEqual(site);
  });

  it("refuses a kind of site that there isn't", async () => {
    const ensureBase = () => Promise.reject(new Error("not asked for"));
    const finding = findSite({ stateDir: join(folder, "bad"), env: { ...env, HORIZON_SITE: "moon" }, ensureBase });
    await expect(finding).rejects.toThrow(/given: +moon[\s\S]*remedy:/);
  });
});
