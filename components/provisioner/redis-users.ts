/** The users of a Redis that somebody else runs: the same as in the file of the stack's own. */
import { secretPath } from "../access.ts";
import { type RedisUser, redisUsers } from "../redis/acl.ts";
import type { Declaration } from "./declaration.ts";

export const redisPasswordPath = (user: string): string => secretPath(`redis-${user}`);

export const declaredRedisUsers = Object.keys(redisUsers) as RedisUser[];

export const redisDeclaration: NonNullable<Declaration["redis"]> = {
  users: declaredRedisUsers.map((name) => ({ name, passwordFile: redisPasswordPath(name), rights: redisUsers[name] })),
};
