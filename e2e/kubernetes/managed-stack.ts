/** The prod stack of the tests' own checkout, set to servers of somebody else, and the Secrets that whoever keeps those hands in. */
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { root } from "../checkout.ts";
import { apply, namespace, namespaceOf } from "./cluster.ts";
import { administrators, databases, ofEach, ports, type Server, servers } from "./database-servers.ts";
import { secretOf } from "./databases.ts";
import { prodTried } from "./prod.ts";

const file = join(root, "Pulumi.prod.yaml");
const before = readFileSync(file, "utf8");

/** Each says whose it is, and is found wherever it may have got to. */
export const passwords = ofEach((server) => `foreign-${server}-${randomBytes(8).toString("hex")}`);

/** PostgreSQL's user stands in its Secret. */
const urls: Record<"plain" | "tls", Record<Server, string>> = {
  plain: {
    kafka: `kafka://${administrators.kafka}@kafka.${databases}:${ports.kafka}`,
    postgres: `postgresql://postgres.${databases}:${ports.postgres}`,
    redis: `redis://${administrators.redis}@redis.${databases}.svc:${ports.redis}`,
  },
  tls: {
    kafka: `kafka+ssl://${administrators.kafka}@kafka.${databases}:${ports.kafka}`,
    postgres: `postgresql://postgres.${databases}:${ports.postgres}?sslmode=verify-full`,
    redis: `rediss://${administrators.redis}@redis.${databases}.svc:${ports.redis}`,
  },
};

/** Redis' authority stands in the Secret of its login; the other two share a Secret for theirs. */
const authorities: Record<Server, string> = { kafka: "databases-ca", postgres: "databases-ca", redis: "redis-login" };

export const handedIn = ["databases-ca", "kafka-login", "postgres-login", "redis-login"];

export function configure(how: keyof typeof urls): void {
  const text = parse(before);
  for (const server of servers) {
    const managed = {
      ...{ url: urls[how][server], secretName: `${server}-login`, pods: { app: server } },
      ...(how === "tls" && { caSecretName: authorities[server] }),
    };
    text.config[`cipherhorizon:${server}`] = { managed };
  }
  writeFileSync(file, stringify(text));
}

/** Before the first `up` the namespace isn't there. */
export async function handIn(certificate?: string): Promise<void> {
  const ca = certificate === undefined ? {} : { "ca.crt": certificate };
  await apply(
    namespaceOf(namespace),
    secretOf(namespace, "kafka-login", { password: passwords.kafka }),
    secretOf(namespace, "postgres-login", { username: administrators.postgres, password: passwords.postgres }),
    secretOf(namespace, "redis-login", { password: passwords.redis, ...ca }),
    ...(certificate === undefined ? [] : [secretOf(namespace, "databases-ca", ca)]),
  );
}

interface Finding {
  check: string;
  state: string;
  found: string;
}

/** What doctor says of these Secrets; its exit code tells whether anything is missing. */
export const secretFindings = async (): Promise<Finding[]> =>
  (JSON.parse((await prodTried(["doctor", "--json"])).stdout) as Finding[]).filter(({ check }) =>
    check.startsWith("secret for "),
  );
