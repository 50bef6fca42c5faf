/** Lays a toolchain out as the engine expects it, out of parts that are there: hard links, so it costs no space. */
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Made, ORIGIN } from "./make.ts";
import { filesBelow } from "./parts.ts";

const HOST = "language-nodejs";
const LAUNCHER = "pulumi-language-nodejs";

/** Where a part's files go, relative to the toolchain's folder. */
export function placeOf({ name, version }: Made["part"]): string {
  return name === "pulumi" ? "bin" : join("home", "plugins", `resource-${name}-v${version}`);
}

export function assemble(folder: string, cache: string, parts: Made[], target: string): void {
  const draft = mkdtempSync(join(cache, "parts", "tmp-toolchain-"));
  const origins: Record<string, string> = {};
  for (const made of parts) {
    const place = join(draft, placeOf(made.part));
    mkdirSync(place, { recursive: true });
    for (const file of filesBelow(made.home).filter((path) => basename(path) !== ORIGIN)) {
      linkSync(file, join(place, basename(file)));
    }
    origins[`${made.part.name} ${made.part.version}`] = readFileSync(join(made.home, ORIGIN), "utf8").trim();
  }
  copyHost(folder, draft);
  writeFileSync(join(draft, "origin.json"), `${JSON.stringify(origins, null, 2)}\n`);
  rename(draft, target);
}

function copyHost(folder: string, draft: string): void {
  const host = join(draft, HOST);
  mkdirSync(host);
  for (const file of filesBelow(join(folder, HOST))) copyFileSync(file, join(host, basename(file)));
  writeFileSync(join(host, "package.json"), '{ "type": "module" }\n');
  renameSync(join(host, LAUNCHER), join(draft, "bin", LAUNCHER));
}

function rename(draft: string, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  try {
    renameSync(draft, target);
  } catch (error) {
    // Another run was quicker and laid out the same.
    if (!["EEXIST", "ENOTEMPTY"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    rmSync(draft, { recursive: true });
  }
}
