/** Finds the stack's secrets, and every place where one of them stands in the clear. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runOk } from "../cli/process.ts";

/** Pulumi's mark of a secret in exported state. */
const mark = "4dabf18193072939515e22adb298388d";

/** How many lines of a private key hold private bytes; those behind them repeat the public key, which stands in the clear elsewhere. */
const privateLines: Record<string, number> = { "-----BEGIN EC PRIVATE KEY-----": 1, "-----BEGIN PRIVATE KEY-----": 2 };

function secretLines(text: string): string[] {
  const lines = text.split("\n");
  const [first = "", ...body] = lines;
  return first.startsWith("-----BEGIN") ? body.slice(0, privateLines[first] ?? 0) : lines;
}

/** All secret texts of a state exported with --show-secrets; short ones would match anything. */
export function secretTexts(exported: string): string[] {
  const found = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value === "string") for (const part of secretLines(value)) keep(part);
    else if (value !== null && typeof value === "object") for (const inner of Object.values(value)) collect(inner);
  };
  // Of a file with secrets, only lines that hold nothing but a secret are looked for.
  const keep = (text: string): void => {
    if (/^[A-Za-z0-9+/_=!@#$%&*()[\]{}<>:?-]{16,}$/.test(text) && !text.includes("BEGIN")) found.add(text);
  };
  const walk = (value: unknown): void => {
    if (value === null || typeof value !== "object") return;
    const record = value as Record<string, unknown>;
    if (record[mark] !== undefined && typeof record["plaintext"] === "string") collect(JSON.parse(record["plaintext"]));
    else for (const inner of Object.values(record)) walk(inner);
  };
  walk(JSON.parse(exported));
  return [...found];
}

/** Generated passwords and private keys: what `random` and `tls` resources keep secret. */
export function generatedSecrets(exported: string): string[] {
  const state = JSON.parse(exported) as { deployment: { resources: { type: string; outputs?: unknown }[] } };
  const made = state.deployment.resources.filter(({ type }) =>
    /^(random:index\/randomPassword|tls:index\/privateKey)/.test(type),
  );
  return secretTexts(JSON.stringify(made));
}

export function filesBelow(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Which of the secrets stand in a text. Their number, never their value, is reported. */
export const leaksIn = (text: string, secrets: string[]): number =>
  secrets.filter((secret) => text.includes(secret)).length;

/** Lines of the images' layers, as the engine hands them out, in which a secret stands; too large to hold, so grep looks through them. */
export async function leaksInLayers(images: string[], secrets: string[]): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), "horizon-secrets-"));
  const patterns = join(dir, "patterns");
  writeFileSync(patterns, `${secrets.join("\n")}\n`, { mode: 0o600 });
  // The marker shows that the layers were read: without it, a failed save would look like a clean one.
  writeFileSync(join(dir, "marker"), "ca-certificates\n");
  const count = (file: string): string => `docker save ${images.join(" ")} | grep -acFf ${file} || true`;
  const found = await runOk("bash", ["-c", `${count(patterns)}; ${count(join(dir, "marker"))}`], { timeout: 300_000 });
  rmSync(dir, { recursive: true });
  const [leaks = Number.NaN, marked = 0] = found.stdout.trim().split("\n").map(Number);
  if (marked === 0) throw new Error("the images' layers could not be read");
  return leaks;
}

/** Command lines and environments of all processes of this machine. */
export function processTexts(): string {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => ["cmdline", "environ"].map((file) => readQuietly(`/proc/${pid}/${file}`))).join("\n");
}

/** A process may have ended, and a file gone, since it was listed. */
export function readQuietly(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
