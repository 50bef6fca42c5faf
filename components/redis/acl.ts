/** Redis users: one per client, each with the keys and commands it uses. Passwords stand in the file only as hashes. */
import { createHash } from "node:crypto";

/** What each user may do. `default`, the user of whoever hasn't logged in, may do nothing. */
export const redisUsers = {
  "market-data": "~md:* &md:* +@read +@write +@connection +@transaction +publish -@dangerous",
  auditor: "%R~* +@read +@connection +info +dbsize",
  "redis-exporter":
    "+@connection +info +client|list +config|get +latency|latest +slowlog|get +slowlog|len +memory|usage",
} as const;

export type RedisUser = keyof typeof redisUsers;

export function aclFile(passwords: Record<RedisUser, string>): string {
  const lines = Object.entries(redisUsers).map(([user, rights]) => {
    const hash = createHash("sha256")
      .update(passwords[user as RedisUser])
      .digest("hex");
    return `user ${user} on #${hash} resetkeys resetchannels -@all ${rights}`;
  });
  return `${["user default off resetpass resetkeys resetchannels -@all", ...lines].join("\n")}\n`;
}
