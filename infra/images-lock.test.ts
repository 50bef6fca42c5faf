import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { THIRD_PARTY } from "./images.ts";
import { lockImages, parseReference, resolveDigest } from "./images-lock.ts";

const digest = `sha256:${"b".repeat(64)}` as const;
const servers: Server[] = [];

/** A server that speaks as much of the distribution protocol as the test says. */
async function registry(answer: (host: string) => RequestListener): Promise<string> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on("request", answer(host));
  return host;
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe("parseReference", () => {
  it.each([
    ["redis:8.0.2", "https://registry-1.docker.io", "library/redis", "8.0.2"],
    ["docker.io/library/redis:8.0.2", "https://registry-1.docker.io", "library/redis", "8.0.2"],
    ["prom/prometheus:v2.53.3", "https://registry-1.docker.io", "prom/prometheus", "v2.53.3"],
    ["quay.io/a/b:v1", "https://quay.io", "a/b", "v1"],
    ["localhost/a:1", "http://localhost", "a", "1"],
    ["127.0.0.1:5000/a/b:1", "http://127.0.0.1:5000", "a/b", "1"],
  ])("%s", (reference, origin, repository, tag) => {
    expect(parseReference(reference)).toEqual({ origin, repository, tag });
  });

  it.each(["redis", "Redis:1", "redis:", "a b:1", ""])("refuses %j", (reference) => {
    expect(() => parseReference(reference)).toThrow(/not an image reference[\s\S]*remedy:/);
  });
});

describe("resolveDigest", () => {
  it("asks for the index of all platforms first and takes the registry's digest", async () => {
    const asked: unknown[] = [];
    const host = await registry(() => (request, response) => {
      asked.push([request.method, request.url, request.headers.accept?.split(", ")[0]]);
      response.writeHead(200, { "docker-content-digest": digest }).end();
    });
    expect(await resolveDigest(`${host}/a/b:1`)).toBe(digest);
    expect(asked).toEqual([["HEAD", "/v2/a/b/manifests/1", "application/vnd.oci.image.index.v1+json"]]);
  });

  it("fetches a token where the registry wants one", async () => {
    const host = await registry((self) => (request, response) => {
      if (request.url?.startsWith("/token")) {
        const query = new URL(request.url, `http://${self}`).searchParams;
        response.end(JSON.stringify({ token: `${query.get("service")}|${query.get("scope")}` }));
      } else if (request.headers.authorization === "Bearer the registry|repository:a/b:pull") {
        response.writeHead(200, { "docker-content-digest": digest }).end();
      } else {
        const challenge = `Bearer realm="http://${self}/token",service="the registry",scope="repository:a/b:pull"`;
        response.writeHead(401, { "www-authenticate": challenge }).end();
      }
    });
    expect(await resolveDigest(`${host}/a/b:1`)).toBe(digest);
  });

  it.each<[string, RequestListener, RegExp]>([
    ["an unknown tag", (_, response) => response.writeHead(404).end(), /gave no digest[\s\S]*HTTP 404/],
    ["no digest", (_, response) => response.end(), /HTTP 200, docker-content-digest: none/],
    ["a digest that is none", (_, r) => r.writeHead(200, { "docker-content-digest": "sha256:12" }).end(), /sha256:12/],
    [
      "another way to sign in",
      (_, response) => response.writeHead(401, { "www-authenticate": "Basic realm=x" }).end(),
      /sign-in this tool doesn't know/,
    ],
  ])("refuses %s", async (_, answer, message) => {
    const host = await registry(() => answer);
    await expect(resolveDigest(`${host}/a/b:1`)).rejects.toThrow(message);
  });
});

describe("lockImages", () => {
  it("locks each upstream reference once, in order", async () => {
    const lock = await lockImages([...THIRD_PARTY, ...THIRD_PARTY], async () => digest);
    expect(Object.keys(lock)).toEqual(THIRD_PARTY.map((image) => image.upstream).sort());
    expect(lock["redis:8.0.2"]).toEqual({ digest, sources: ["registry"] });
  });

  it("gives no lock at all when one image fails, and names it", async () => {
    const failing = async (reference: string) => {
      if (reference.startsWith("redis")) throw new Error("HTTP 404");
      return digest;
    };
    await expect(lockImages(THIRD_PARTY, failing)).rejects.toThrow(/1 of \d+ images[\s\S]*redis:8\.0\.2: HTTP 404/);
  });
});
