/**
 * What a client is given to use a server: where it is, who it is, and the edge that lets it through.
 * Every server hands out the same three parts, so a client merges as many as it needs.
 */
import type { Input, Output } from "@pulumi/pulumi";
import type { Needed, Running, SecretKey } from "../infra/workload.ts";

export interface Access {
  env: Record<string, Input<string>>;
  secrets: Record<string, Input<string>>;
  secretRefs: Record<string, SecretKey>;
  needs: Needed[];
}

/** One user of one server. */
export interface Login {
  user: string;
  password: Output<string>;
  /** Who makes this user: before that has run, logging in fails. Absent for users that a server is born with. */
  madeBy?: Running;
}

/** The administrator of a server that somebody else runs: who that is stands in a Secret that they keep, which is mounted by name. */
export interface KeptLogin {
  secretName: string;
  /** Absent: the Secret says it, under `username`. */
  user?: string | undefined;
}

export type Credentials = Login | KeptLogin;

/** Of a server that shows a certificate: whose signature makes it the right one. Absent: connections are in the clear. */
export interface Trust {
  authority?: SecretKey;
}

export const isKept = (who: Credentials): who is KeptLogin => "secretName" in who;

/** The edges of a login: the server or servers, and whoever makes the user there. */
export const edgesOf = (servers: Needed | Needed[], who: Credentials): Needed[] =>
  [servers, isKept(who) ? [] : (who.madeBy ?? [])].flat();

/** Secrets lie in one directory: one volume per workload. */
export const secretPath = (name: string): string => `/run/secrets/${name}`;

type Server = "kafka" | "postgres" | "redis";
type Told = Omit<Access, "needs">;

/** How a client learns who it is, and by what it knows the server. */
export function identity(server: Server, who: Credentials & Trust): Told {
  const [login, trust] = [loginOf(server, who), trustOf(server, who)];
  return {
    env: { ...login.env, ...trust.env },
    secrets: login.secrets,
    secretRefs: { ...login.secretRefs, ...trust.secretRefs },
  };
}

export const authorityPath = (server: Server): string => secretPath(`${server}-ca.crt`);

/** `KAFKA_CA_FILE`: that there is one means TLS, and that the server's certificate and name are verified. */
export function trustOf(server: Server, { authority }: Trust): Pick<Told, "env" | "secretRefs"> {
  if (!authority) return { env: {}, secretRefs: {} };
  const path = authorityPath(server);
  return { env: { [`${server.toUpperCase()}_CA_FILE`]: path }, secretRefs: { [path]: authority } };
}

/** `KAFKA_USER` or a file of it, and a file with the password. */
function loginOf(server: Server, who: Credentials): Told {
  const prefix = server.toUpperCase();
  const [userPath, passwordPath] = [secretPath(`${server}-user`), secretPath(`${server}-password`)];
  const named = (user: string) => ({ [`${prefix}_USER`]: user, [`${prefix}_PASSWORD_FILE`]: passwordPath });
  if (!isKept(who)) return { env: named(who.user), secrets: { [passwordPath]: who.password }, secretRefs: {} };
  const { secretName: secret, user } = who;
  const password = { [passwordPath]: { secret, key: "password" } };
  if (user !== undefined) return { env: named(user), secrets: {}, secretRefs: password };
  return {
    env: { [`${prefix}_USER_FILE`]: userPath, [`${prefix}_PASSWORD_FILE`]: passwordPath },
    secrets: {},
    secretRefs: { ...password, [userPath]: { secret, key: "username" } },
  };
}

export function mergeAccess(...parts: Access[]): Access {
  return {
    env: Object.assign({}, ...parts.map((part) => part.env)),
    secrets: Object.assign({}, ...parts.map((part) => part.secrets)),
    secretRefs: Object.assign({}, ...parts.map((part) => part.secretRefs)),
    needs: [...new Set(parts.flatMap((part) => part.needs))],
  };
}
