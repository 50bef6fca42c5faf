/**
 * Builds the Debian base image from distribution packages, for sites where no image registry answers.
 *
 * The same packages give the same bytes, and the same bytes give the same image id: the root filesystem comes from
 * mmdebstrap with a fixed clock, and the image is loaded with a fixed creation time instead of imported, so that a
 * rebuild without package updates leaves every build cache and every running container alone.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

const SUITE = "trixie";
export const REPOSITORY = "cipherhorizon/base";
export const TAG = `${REPOSITORY}:${SUITE}`;

/** Debian 13.0's release day. Any constant would do; every file newer than it gets this time. */
const EPOCH = 1754697600;
const RECIPE_LABEL = "io.cipherhorizon.recipe";
const BUILD_TIMEOUT_MS = 15 * 60_000;

export interface Base {
  /** `cipherhorizon/base:trixie` */
  reference: string;
  /** sha256 of the root filesystem's tar, in hex. */
  content: string;
  /** The engine's image id. */
  id: string;
  /** False where the image was there already. */
  built: boolean;
}

export interface BaseOptions {
  /** deb822 text naming the site's mirrors of trixie, trixie-updates and trixie-security. */
  sources: string;
  /** Build although an image of this recipe is there, to take in package updates. */
  refresh?: boolean;
  log?: (line: string) => void;
}

/** Shell lines run against the finished root ($1): everything that differs from one run or host to the next goes. */
const CLEAN = [
  // mmdebstrap names the file after its position; this name is the one a build secret covers.
  'mv "$1"/etc/apt/sources.list.d/0000*.sources "$1"/etc/apt/sources.list.d/debian.sources',
  // Copied from the building host; the engine provides both.
  'rm -f "$1"/etc/hostname "$1"/etc/resolv.conf',
  // Files only: packages expect their folders. debconf's database stays, later installs read it.
  'find "$1"/var/log "$1"/var/cache "$1"/var/lib/apt/lists "$1"/tmp "$1"/run -type f ! -name "*.dat" -delete',
  'rm -f "$1"/etc/machine-id "$1"/var/lib/dbus/machine-id "$1"/etc/*- "$1"/var/lib/dpkg/*-old',
];

/** The arguments after which mmdebstrap writes the root filesystem to `output`, reading its sources from stdin. */
export function bootstrapArguments(output: string): string[] {
  return [
    "--variant=minbase",
    "--format=tar",
    "--include=ca-certificates",
    '--aptopt=APT::Install-Recommends "false"',
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=Acquire::Retries "3"',
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/info/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    ...CLEAN.map((line) => `--customize-hook=${line}`),
    SUITE,
    output,
    "-",
  ];
}

/** Identity of what would be built, known without building: a new recipe or a new mirror means a new base. */
export function recipe(sources: string): string {
  return sha256(JSON.stringify({ epoch: EPOCH, arguments: bootstrapArguments("root.tar"), sources }));
}

/** Makes the base image present in the local engine. */
export async function ensureBase(options: BaseOptions): Promise<Base> {
  const wanted = recipe(options.sources);
  const present = await inspect(TAG);
  if (present?.recipe === wanted && !options.refresh) {
    return { reference: TAG, content: present.content, id: present.id, built: false };
  }
  const folder = await mkdtemp(join(tmpdir(), "horizon-base-"));
  try {
    options.log?.(`building ${TAG} from Debian packages`);
    const tar = await buildRoot(options.sources, folder);
    const content = await fileSha256(tar);
    await load(folder, tar, content, wanted);
    const loaded = await inspect(TAG);
    if (!loaded) throw new Error(`the engine reported success but has no image ${TAG}`);
    return { reference: TAG, content, id: loaded.id, built: true };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes the root filesystem to a tar in `folder` and returns its path. */
export async function buildRoot(sources: string, folder: string): Promise<string> {
  await ensureTool();
  const tar = join(folder, "root.tar");
  const child = run("mmdebstrap", bootstrapArguments(tar), {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(EPOCH), LC_ALL: "C.UTF-8" },
    timeout: BUILD_TIMEOUT_MS,
    maxBuffer: 16 << 20,
  });
  child.child.stdin?.end(sources);
  await child.catch((error: { stderr?: string; message: string }) => {
    throw new Error(
      explain(
        "the Debian base image could not be built",
        lastLines(error.stderr ?? error.message, 12),
        `a mirror of ${SUITE}, ${SUITE}-updates and ${SUITE}-security that this host's apt can read`,
        "check the mirrors in the host's apt sources (apt-get update must succeed), then run the command again",
      ),
    );
  });
  return tar;
}

async function ensureTool(): Promise<void> {
  if (await succeeds("mmdebstrap", ["--version"])) return;
  const apt = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, timeout: BUILD_TIMEOUT_MS };
  if (process.getuid?.() === 0 && (await succeeds("apt-get", ["--version"]))) {
    await run("apt-get", ["update", "-qq"], apt);
    await run(
      "apt-get",
      ["install", "-y", "-qq", "--no-install-recommends", "mmdebstrap", "debian-archive-keyring"],
      apt,
    );
    return;
  }
  throw new Error(
    explain(
      "mmdebstrap is needed to build the base image",
      "no mmdebstrap on PATH, and it can't be installed from here",
      "mmdebstrap 1.3 or newer with debian-archive-keyring",
      "as root: apt-get install mmdebstrap debian-archive-keyring",
    ),
  );
}

/** Loads the tar as a one-layer image whose configuration has no clock and no host in it. */
async function load(folder: string, tar: string, content: string, recipeId: string): Promise<void> {
  const created = new Date(EPOCH * 1000).toISOString();
  const config = JSON.stringify({
    architecture: process.arch === "arm64" ? "arm64" : "amd64",
    os: "linux",
    created,
    config: {
      Cmd: ["bash"],
      Labels: { [RECIPE_LABEL]: recipeId },
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    },
    history: [{ created, created_by: `mmdebstrap ${SUITE}` }],
    rootfs: { type: "layers", diff_ids: [`sha256:${content}`] },
  });
  const archive = join(folder, "image");
  await mkdir(archive);
  await rename(tar, join(archive, "layer.tar"));
  const configName = `${sha256(config)}.json`;
  const tags = [TAG, `${REPOSITORY}:${content.slice(0, 12)}`];
  await writeFile(join(archive, configName), config);
  await writeFile(
    join(archive, "manifest.json"),
    JSON.stringify([{ Config: configName, RepoTags: tags, Layers: ["layer.tar"] }]),
  );
  await run("tar", ["-C", archive, "-cf", join(folder, "image.tar"), "."]);
  await run("docker", ["load", "-q", "-i", join(folder, "image.tar")], { timeout: BUILD_TIMEOUT_MS });
}

async function inspect(reference: string): Promise<{ id: string; recipe: string; content: string } | undefined> {
  const format = `{{.Id}} {{index .Config.Labels "${RECIPE_LABEL}"}} {{index .RootFS.Layers 0}}`;
  const found = await run("docker", ["image", "inspect", "--format", format, reference]).catch(() => undefined);
  const [id, recipeId, layer] = found?.stdout.trim().split(" ") ?? [];
  return id && recipeId && layer ? { id, recipe: recipeId, content: layer.replace("sha256:", "") } : undefined;
}

async function succeeds(command: string, args: string[]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    () => false,
  );
}

export async function fileSha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function lastLines(text: string, count: number): string {
  return text.trim().split("\n").slice(-count).join("\n           ");
}

function explain(what: string, given: string, allowed: string, remedy: string): string {
  return `${what}\n  given:   ${given}\n  allowed: ${allowed}\n  remedy:  ${remedy}`;
}
