/** market-data: reads the feed, keeps the book, publishes both. Pure. */
import type { Image, Workload } from "../../infra/workload.ts";
import { mergeAccess } from "../access.ts";
import { type KafkaConnection, kafkaAccess } from "../kafka/kafka.ts";
import { type RedisConnection, redisAccess } from "../redis/redis.ts";
import { contract, type ServiceSize } from "./contract.ts";

export interface Feed {
  source: "generate" | "live";
  seed: number;
  framesPerSecond: number;
  symbols: string[];
  liveUrl: string;
}

export interface MarketDataWorkload extends ServiceSize {
  kafka: KafkaConnection;
  redis: RedisConnection;
  feed: Feed;
  logLevel: string;
}

const streams = ["bookTicker", "trade", "depth@100ms"];

/** Binance serves frames and snapshots from sister hosts: fstream and fapi. */
function live({ liveUrl, symbols }: Feed): Record<string, string> {
  const names = symbols.flatMap((symbol) => streams.map((stream) => `${symbol.toLowerCase()}@${stream}`));
  const rest = liveUrl.replace(/^ws/, "http").replace("://fstream.", "://fapi.").replace(/\/+$/, "");
  return {
    LIVE_URL: `${liveUrl.replace(/\/+$/, "")}/stream?streams=${names.join("/")}`,
    LIVE_SNAPSHOT_URL: `${rest}/fapi/v1/depth?symbol={symbol}&limit=1000`,
  };
}

const generated = ({ seed, framesPerSecond, symbols }: Feed): Record<string, string> => ({
  SEED: String(seed),
  FRAMES_PER_SECOND: String(framesPerSecond),
  SYMBOLS: symbols.join(","),
});

export function marketDataWorkload(image: Image, args: MarketDataWorkload): Workload {
  const access = mergeAccess(kafkaAccess(args.kafka), redisAccess(args.redis));
  return {
    ...contract("market-data", image, args),
    ...access,
    env: {
      ...access.env,
      LOG_LEVEL: args.logLevel,
      SOURCE: args.feed.source,
      ...(args.feed.source === "live" ? live(args.feed) : generated(args.feed)),
    },
    // The only service with a way out, and only where the exchange is outside.
    ...(args.feed.source === "live" && { egress: true }),
  };
}
