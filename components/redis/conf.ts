/** redis.conf for state: nothing is evicted, and a crash loses at most the last second. */
export const dataPath = "/data";
export const aclPath = "/run/secrets/users.acl";

/** `maxMemoryMegabytes` is half of the limit: rewriting the append-only file forks, and written pages are copied. */
export function redisConf(maxMemoryMegabytes: number): string {
  return `bind * -::*
port 6379
protected-mode no
aclfile ${aclPath}
dir ${dataPath}
appendonly yes
appendfsync everysec
save ""
maxmemory ${maxMemoryMegabytes}mb
maxmemory-policy noeviction
tcp-backlog 128
latency-monitor-threshold 100
logfile ""
`;
}
