/** The images of the servers, built as the stack builds its own where no image registry answers, in the lab's registry. */
import { join } from "node:path";
import { buildClient } from "../../cli/machine/build.ts";
import { runOk } from "../../cli/process.ts";
import { ensureBase } from "../../images/base/build.ts";
import { IMAGES_FOLDER } from "../../infra/images.ts";
import type { Site } from "../../infra/site.ts";
import { findSite } from "../../infra/site-find.ts";
import { REGISTRY } from "../../lab/lab.ts";
import { databases, type Server, servers } from "./database-servers.ts";

const buildMs = 900_000;

/** Its files stay in the folder. */
export async function pushedImages(folder: string): Promise<Record<Server, string>> {
  const { site } = await findSite({ stateDir: folder, ensureBase, wanted: "packages" });
  const docker = await buildClient();
  const images: [Server, string][] = [];
  for (const server of servers) images.push([server, await pushed(docker, site, server)]);
  return Object.fromEntries(images) as Record<Server, string>;
}

async function pushed(docker: string, site: Site, server: Server): Promise<string> {
  const tag = `${REGISTRY}/${databases}/${server}`;
  const secrets = Object.entries(site.secrets).flatMap(([id, src]) => ["--secret", `id=${id},src=${src}`]);
  const from = ["--build-arg", `BASE=${site.base.reference}`, ...secrets, "--network", "host"];
  const what = ["--file", join(IMAGES_FOLDER, server, "Dockerfile"), "--tag", tag, IMAGES_FOLDER];
  const env = { ...process.env, DOCKER_BUILDKIT: "1" };
  await runOk(docker, ["build", "--quiet", ...from, ...what], { env, timeout: buildMs });
  const { stdout } = await runOk(docker, ["push", tag], { timeout: buildMs });
  const [digest] = /sha256:[0-9a-f]{64}/.exec(stdout) ?? [];
  if (digest === undefined) throw new Error(`docker push ${tag} says no digest: ${stdout}`);
  // Only the name goes: the layers stay in the build cache, where the next build finds them.
  await runOk(docker, ["rmi", tag], { timeout: 60_000 });
  return `${tag}@${digest}`;
}
