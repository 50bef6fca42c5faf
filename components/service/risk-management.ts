/** risk-management: decides which signals become orders, and keeps positions. Pure. */
import type { Output } from "@pulumi/pulumi";
import type { Image, Workload } from "../../infra/workload.ts";
import { mergeAccess, secretPath } from "../access.ts";
import { type KafkaConnection, kafkaAccess } from "../kafka/kafka.ts";
import { type PostgresConnection, postgresAccess } from "../postgres/postgres.ts";
import { apiPort, contract, type ServiceSize } from "./contract.ts";

export interface RiskManagementWorkload extends ServiceSize {
  kafka: KafkaConnection;
  postgres: PostgresConnection;
  limits: { maxOrderNotional: number; maxPositionNotional: number; maxOpenOrders: number; collarBps: number };
  /** How long a decision whose orders are final is kept. */
  keepDecisionsHours: number;
  /** Whoever changes limits or the kill switch must show it. */
  apiToken: Output<string>;
  logLevel: string;
}

/** Money travels as integers at scale 1e-8; a whole amount becomes one without passing through a float. */
export const scaled = (whole: number): string => (BigInt(whole) * 100_000_000n).toString();

export function riskManagementWorkload(image: Image, args: RiskManagementWorkload): Workload {
  const access = mergeAccess(kafkaAccess(args.kafka), postgresAccess(args.postgres));
  const common = contract("risk-management", image, args);
  const token = secretPath("api-token");
  return {
    ...common,
    ...access,
    ports: { ...common.ports, api: apiPort },
    env: {
      ...access.env,
      LOG_LEVEL: args.logLevel,
      DEFAULT_MAX_ORDER_NOTIONAL: scaled(args.limits.maxOrderNotional),
      DEFAULT_MAX_POSITION_NOTIONAL: scaled(args.limits.maxPositionNotional),
      DEFAULT_MAX_OPEN_ORDERS: String(args.limits.maxOpenOrders),
      COLLAR_BPS: String(args.limits.collarBps),
      KEEP_DECISIONS_HOURS: String(args.keepDecisionsHours),
      API_TOKEN_FILE: token,
    },
    secrets: { ...access.secrets, [token]: args.apiToken },
  };
}
