/** Redis as a workload: pure. */
import * as pulumi from "@pulumi/pulumi";
import type { Image, Size, Workload } from "../../infra/workload.ts";
import { secretPath } from "../access.ts";
import { aclFile, type RedisUser } from "./acl.ts";
import { aclPath, dataPath, redisConf } from "./conf.ts";

export interface RedisWorkload {
  image: Image;
  memory: Size;
  cpu: number;
  storage: Size;
  maxMemoryMegabytes: number;
  passwords: Record<RedisUser, pulumi.Input<string>>;
  hostPort?: number;
}

export function redisWorkload(args: RedisWorkload): Workload {
  const passwords = pulumi.all(args.passwords) as pulumi.Output<Record<RedisUser, string>>;
  return {
    name: "redis",
    image: args.image,
    command: ["redis-server", "/etc/redis/redis.conf"],
    ports: { redis: 6379 },
    health: { exec: ["redis-cli", "-e", "ping"], startWithin: "30s" },
    files: { "/etc/redis/redis.conf": redisConf(args.maxMemoryMegabytes) },
    secrets: { [aclPath]: passwords.apply(aclFile), [secretPath("health")]: passwords.apply((all) => all.health) },
    state: { path: dataPath, size: args.storage },
    resources: { cpu: args.cpu, memory: args.memory },
    user: 999,
    stop: { signal: "SIGTERM", graceSeconds: 60 },
    ...(args.hostPort === undefined ? {} : { expose: { redis: args.hostPort } }),
  };
}
