/** Renews images/lock.json from the image registries. Used by `horizon images lock`, never by the program. */
import { UserError } from "./errors.ts";
import type { Digest, Lock, ThirdPartyImage } from "./images.ts";

const TIMEOUT_MS = 15_000;
const ACCEPT = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

export type Resolve = (reference: string) => Promise<Digest>;

/** The lock for this table: each upstream reference once, sorted, with the digest its registry names now. */
export async function lockImages(table: ThirdPartyImage[], resolve: Resolve): Promise<Lock> {
  const references = [...new Set(table.map((image) => image.upstream))].sort();
  const digests = await Promise.allSettled(references.map(resolve));
  const failures = digests.flatMap((result, i) =>
    result.status === "rejected" ? [`${references[i]}: ${messageOf(result.reason)}`] : [],
  );
  if (failures.length > 0) {
    throw fourPart(
      `${failures.length} of ${references.length} images could not be locked`,
      failures.join("\n           "),
      "every image of infra/images.ts at a registry that answers",
      "run this where the image registries can be reached; the committed lock stays in force until then",
    );
  }
  return Object.fromEntries(
    digests.map((result, i) => [
      references[i] as string,
      { digest: (result as PromiseFulfilledResult<Digest>).value, sources: ["registry"] },
    ]),
  );
}

export interface Reference {
  origin: string;
  repository: string;
  tag: string;
}

/** Docker's own rules: a first part with a dot, a colon or `localhost` is a host; a bare name is an official image. */
export function parseReference(reference: string): Reference {
  const match = /^(?:((?:[^/]*[.:][^/]*|localhost))\/)?([a-z0-9._\-/]+):([\w][\w.-]{0,127})$/.exec(reference);
  if (!match?.[2] || !match[3]) {
    throw fourPart(
      "not an image reference",
      reference,
      "[host/]repository:tag in lower case",
      "correct the reference in infra/images.ts",
    );
  }
  const [, host, repository, tag] = match;
  if (!host || host === "docker.io") {
    return {
      origin: "https://registry-1.docker.io",
      repository: repository.includes("/") ? repository : `library/${repository}`,
      tag,
    };
  }
  const plain = /^(localhost|127\.|\[::1\])/.test(host);
  return { origin: `${plain ? "http" : "https"}://${host}`, repository, tag };
}

/** Asks the registry for a tag's digest, by the distribution protocol: HEAD, and once more with a token where one is wanted. */
export async function resolveDigest(reference: string, fetcher: typeof fetch = fetch): Promise<Digest> {
  const { origin, repository, tag } = parseReference(reference);
  const url = `${origin}/v2/${repository}/manifests/${tag}`;
  const ask = (authorization?: string) =>
    fetcher(url, {
      method: "HEAD",
      headers: { accept: ACCEPT, ...(authorization ? { authorization } : {}) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });

  let answer = await ask();
  if (answer.status === 401) {
    answer = await ask(`Bearer ${await token(answer.headers.get("www-authenticate") ?? "", repository, fetcher)}`);
  }
  const digest = answer.headers.get("docker-content-digest") ?? "";
  if (answer.ok && /^sha256:[0-9a-f]{64}$/.test(digest)) return digest as Digest;
  throw fourPart(
    `the registry gave no digest for ${reference}`,
    `HTTP ${answer.status}, docker-content-digest: ${digest || "none"}`,
    "HTTP 200 with a sha256 digest",
    "check that the tag exists and that the registry allows anonymous reading",
  );
}

async function token(challenge: string, repository: string, fetcher: typeof fetch): Promise<string> {
  const values = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
  if (!/^bearer /i.test(challenge) || !values.realm) {
    throw fourPart(
      "the registry asks for a sign-in this tool doesn't know",
      challenge || "no www-authenticate header",
      "a Bearer challenge with a realm",
      "use a registry that can be read anonymously",
    );
  }
  const url = new URL(values.realm);
  if (values.service) url.searchParams.set("service", values.service);
  url.searchParams.set("scope", values.scope ?? `repository:${repository}:pull`);
  const answer = await fetcher(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const body = answer.ok ? ((await answer.json()) as { token?: string; access_token?: string }) : {};
  const value = body.token ?? body.access_token;
  if (value) return value;
  throw fourPart(
    "the registry's token service gave no token",
    `HTTP ${answer.status} from ${url.origin}`,
    "HTTP 200 with a token",
    "try again; anonymous reading may be rate-limited",
  );
}

function fourPart(what: string, given: string, allowed: string, remedy: string): UserError {
  return new UserError({ where: "images", what, given, allowed, remedy });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? error.message) : String(error);
}
