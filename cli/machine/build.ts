/** Plain `docker build`, for the services' test stages, which the program never builds. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { readSite } from "../../infra/site.ts";
import { MachineUnfit } from "../errors.ts";
import { run } from "../process.ts";
import type { Context } from "../session.ts";
import { siteFile } from "./site.ts";

/** The arguments of a build that sees the same base, mirrors and certificates as the program's builds. */
export function buildArgs(context: Context): string[] {
  const { base, secrets } = readSite(siteFile(context.stack));
  const mounted = Object.entries(secrets).flatMap(([id, src]) =>
    src === undefined ? [] : ["--secret", `id=${id},src=${src}`],
  );
  return ["build", "--network", "host", "--progress", "plain", "--build-arg", `BASE=${base.reference}`, ...mounted];
}

/** Clients up to 22 have BuildKit built in; later ones need the buildx plugin beside them. */
const hasBuildKit = (version: string, buildx: boolean): boolean => buildx || Number.parseInt(version, 10) < 23;

/** The first client on PATH that can build with BuildKit; hosts with two clients are not rare. */
export async function buildClient(path = process.env["PATH"] ?? ""): Promise<string> {
  const clients = [...new Set(path.split(delimiter))].map((dir) => join(dir, "docker")).filter(existsSync);
  for (const client of clients) {
    const version = await run(client, ["--version"], { timeout: 10_000 });
    const buildx = await run(client, ["buildx", "version"], { timeout: 10_000 });
    if (hasBuildKit(/version (\d+)/.exec(version.stdout)?.[1] ?? "", buildx.code === 0)) return client;
  }
  throw new MachineUnfit({
    where: "docker client",
    what: "none on this machine can build with BuildKit",
    given: clients.join(", ") || "no docker on PATH",
    allowed: "a Docker client up to version 22, or a later one with the buildx plugin",
    remedy: "install docker-buildx (Debian, Ubuntu: docker-buildx or docker-buildx-plugin)",
  });
}
