/** A static busybox from Debian's package: the one program of the tests' pods. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../lab.ts";
import { call } from "../process.ts";

const PLACES = ["bin/busybox", "usr/bin/busybox"];

export async function busybox({ cache }: Lab): Promise<string> {
  const home = join(cache, "debian", "busybox");
  const file = () => PLACES.map((place) => join(home, place)).find(existsSync);
  const there = file();
  if (there !== undefined) return there;
  mkdirSync(home, { recursive: true });
  const draft = mkdtempSync(join(cache, "tmp-"));
  const download = `cd ${draft} && apt-get download -qq busybox-static`;
  const { code, stderr } = await call("sh", ["-c", download], { seconds: 120 });
  if (code !== 0) throw new Error(`busybox-static: ${stderr}`);
  const archive = join(draft, readdirSync(draft)[0] ?? "");
  const unpacked = await call("dpkg-deb", ["-x", archive, home]);
  rmSync(draft, { recursive: true });
  const made = file();
  if (unpacked.code !== 0 || made === undefined) throw new Error(`busybox-static: ${unpacked.stderr}`);
  return made;
}
