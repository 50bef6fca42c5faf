/** Container images of one static program each, and the registry's HTTP interface to put them there. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { LabError } from "./errors.ts";
import { REGISTRY } from "./lab.ts";

const PUSH_MS = 60_000;
const BLOCK = 512;

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const CONFIG = "application/vnd.oci.image.config.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

export interface Image {
  manifest: Buffer;
  blobs: Buffer[];
}

export const digestOf = (blob: Buffer): string => `sha256:${createHash("sha256").update(blob).digest("hex")}`;
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** An image FROM scratch that holds the program at /NAME and runs it as nobody. The same program gives the same bytes. */
export function scratchImage(program: string): Image {
  const tar = archive(basename(program), readFileSync(program));
  const layer = gzipSync(tar, { level: 1 });
  const config = json({
    architecture: process.arch === "x64" ? "amd64" : process.arch,
    os: "linux",
    config: { Entrypoint: [`/${basename(program)}`], User: "65534:65534" },
    rootfs: { type: "layers", diff_ids: [digestOf(tar)] },
  });
  const part = (mediaType: string, blob: Buffer) => ({ mediaType, size: blob.length, digest: digestOf(blob) });
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: part(CONFIG, config),
    layers: [part(LAYER, layer)],
  };
  return { manifest: json(manifest), blobs: [config, layer] };
}

/** One executable file as a POSIX tar archive. */
export function archive(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, "0")}\0`;
  header.write(name, 0);
  header.write(octal(0o755, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(content.length, 12), 124);
  header.write(octal(0, 12), 136);
  header.write(" ".repeat(8), 148);
  header.write("0", 156);
  header.write("ustar\u000000", 257);
  header.write(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      7,
    )} `,
    148,
  );
  const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  return Buffer.concat([header, content, padding, Buffer.alloc(2 * BLOCK)]);
}

/** Puts an image into the lab's registry; returns the reference by digest under which the node finds it. */
export async function push(name: string, image: Image): Promise<string> {
  for (const blob of image.blobs) await pushBlob(name, blob);
  const digest = digestOf(image.manifest);
  const url = `http://${REGISTRY}/v2/${name}/manifests/${digest}`;
  await ask(url, { method: "PUT", headers: { "content-type": MANIFEST }, body: new Uint8Array(image.manifest) });
  return `${REGISTRY}/${name}@${digest}`;
}

async function pushBlob(name: string, blob: Buffer): Promise<void> {
  const base = `http://${REGISTRY}/v2/${name}/blobs`;
  const there = await fetch(`${base}/${digestOf(blob)}`, { method: "HEAD", signal: AbortSignal.timeout(PUSH_MS) });
  if (there.ok) return;
  const opened = await ask(`${base}/uploads/`, { method: "POST" });
  const place = new URL(opened.headers.get("location") ?? "", base);
  place.searchParams.set("digest", digestOf(blob));
  const headers = { "content-type": "application/octet-stream" };
  await ask(place.href, { method: "PUT", headers, body: new Uint8Array(blob) });
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(PUSH_MS) });
  if (answer.ok) return answer;
  throw new LabError({
    what: "the lab's registry refused an image",
    given: `${init.method} ${url}: HTTP ${answer.status} ${(await answer.text()).slice(0, 300)}`,
    allowed: "HTTP 2xx",
    remedy: "see log/registry.log in the lab's folder; `horizon lab down`, then `horizon lab up` starts afresh",
  });
}
