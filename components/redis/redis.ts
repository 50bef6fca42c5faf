/** Redis for last values: each client has a user of its own with the commands it uses. */
import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "../../infra/platform.ts";
import type { Running } from "../../infra/workload.ts";
import { type Access, edgesOf, type Login, secretPath } from "../access.ts";
import { imageOf } from "../image.ts";
import { type RedisWorkload, redisWorkload } from "./workload.ts";

export interface RedisArgs extends Omit<RedisWorkload, "image"> {
  platform: Platform;
}

export interface RedisConnection extends Login {
  server: Running;
  address: string;
}

export class Redis extends pulumi.ComponentResource {
  readonly running: Running;
  readonly address: string;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading:components:Redis", name, {}, opts);
    const { platform, ...rest } = args;
    const image = imageOf(platform, "redis", { parent: this });
    this.running = platform.run(redisWorkload({ ...rest, image }), { parent: this });
    this.address = `${this.running.host}:${this.running.ports.redis}`;
    this.registerOutputs({ address: this.address });
  }

  connection(login: Login): RedisConnection {
    return { server: this.running, address: this.address, ...login };
  }
}

export function redisAccess(redis: RedisConnection): Access {
  const path = secretPath("redis-password");
  return {
    env: { REDIS_ADDR: redis.address, REDIS_USER: redis.user, REDIS_PASSWORD_FILE: path },
    secrets: { [path]: redis.password },
    needs: edgesOf(redis.server, redis),
  };
}
