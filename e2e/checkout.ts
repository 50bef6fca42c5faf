/** A copy of the checkout to work in: tests change sources and configuration, and a developer's own must stay as they are. */
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { afterAll } from "vitest";

/** Where the tests themselves stand. */
export const original = resolve(import.meta.dirname, "..");

/** Not part of a checkout: what tools leave behind, and what the copy shares by a link. */
const left = new Set([".git", ".horizon", "node_modules", "target", "__pycache__", ".venv"]);

function copied(): string {
  const copy = mkdtempSync(join(tmpdir(), "horizon-checkout-"));
  cpSync(original, copy, { recursive: true, filter: (path) => path === original || !left.has(basename(path)) });
  symlinkSync(join(original, "node_modules"), join(copy, "node_modules"));
  return copy;
}

export const root = copied();

// Registered before the hooks of whoever imports this, so run after them.
afterAll(() => rmSync(root, { recursive: true }));
