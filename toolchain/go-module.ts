/** Where the files of a published Go module lie; what is fetched is checked against the checksum database. */
import { execFileSync } from "node:child_process";

const DOWNLOAD_MS = 120_000;

export function moduleFolder(module: string, version: string): string {
  const command = ["mod", "download", "-json", `${module}@${version}`];
  const { Dir } = JSON.parse(execFileSync("go", command, { encoding: "utf8", timeout: DOWNLOAD_MS })) as {
    Dir: string;
  };
  return Dir;
}
