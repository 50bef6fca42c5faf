/** Redis for last values: each client has a user of its own with the commands it uses. */
import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "../../infra/platform.ts";
import type { Needed, Running } from "../../infra/workload.ts";
import { type Access, type Credentials, edgesOf, identity, type Login, type Trust } from "../access.ts";
import { imageOf } from "../image.ts";
import { type RedisWorkload, redisWorkload } from "./workload.ts";

export interface RedisArgs extends Omit<RedisWorkload, "image"> {
  platform: Platform;
}

/** Where it is, whoever runs it. */
export interface RedisServer extends Trust {
  server: Needed;
  address: string;
}

export type RedisConnection = RedisServer & Login;

export class Redis extends pulumi.ComponentResource {
  readonly running: Running;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trading:components:Redis", name, {}, opts);
    const { platform, ...rest } = args;
    const image = imageOf(platform, "redis", { parent: this });
    this.running = platform.run(redisWorkload({ ...rest, image }), { parent: this });
    this.registerOutputs({ address: this.server.address });
  }

  get server(): RedisServer {
    return redisAt(this.running);
  }
}

export function redisAt(server: Needed): RedisServer {
  return { server, address: `${server.host}:${server.ports.redis}` };
}

/** What stands before `://` in an address that says whether to encrypt. */
export const schemeOf = ({ authority }: Trust): string => (authority ? "rediss" : "redis");

export function redisAccess(redis: RedisServer & Credentials): Access {
  const who = identity("redis", redis);
  return { ...who, env: { REDIS_ADDR: redis.address, ...who.env }, needs: edgesOf(redis.server, redis) };
}
