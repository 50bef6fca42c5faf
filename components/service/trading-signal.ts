/** trading-signal: turns market data into signals by a small model. Pure. */
import type { Image, Workload } from "../../infra/workload.ts";
import { mergeAccess } from "../access.ts";
import { type KafkaConnection, kafkaAccess } from "../kafka/kafka.ts";
import { type PostgresConnection, postgresAccess } from "../postgres/postgres.ts";
import { apiPort, contract, type ServiceSize } from "./contract.ts";

export interface TradingSignalWorkload extends ServiceSize {
  kafka: KafkaConnection;
  postgres: PostgresConnection;
  logLevel: string;
}

export function tradingSignalWorkload(image: Image, args: TradingSignalWorkload): Workload {
  const access = mergeAccess(kafkaAccess(args.kafka), postgresAccess(args.postgres));
  const common = contract("trading-signal", image, args);
  return {
    ...common,
    ...access,
    ports: { ...common.ports, api: apiPort },
    env: { ...access.env, LOG_LEVEL: args.logLevel },
  };
}
