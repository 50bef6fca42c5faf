/** Redis as a workload: pure. */
import * as pulumi from "@pulumi/pulumi";
import { mebibytes } from "../../infra/units.ts";
import type { Image, Size, Workload } from "../../infra/workload.ts";
import { fixedBy } from "../image.ts";
import { aclFile, type RedisUser } from "./acl.ts";
import { aclPath, dataPath, redisConf } from "./conf.ts";

export interface RedisWorkload {
  image: Image;
  memory: Size;
  cpu: number;
  storage: Size;
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
    ...fixedBy("redis", "30s"),
    files: { "/etc/redis/redis.conf": redisConf(Math.floor(mebibytes(args.memory) / 2)) },
    secrets: { [aclPath]: passwords.apply(aclFile) },
    state: { path: dataPath, size: args.storage },
    resources: { cpu: args.cpu, memory: args.memory },
    stop: { signal: "SIGTERM", graceSeconds: 60 },
    ...(args.hostPort === undefined ? {} : { expose: { redis: args.hostPort } }),
  };
}
