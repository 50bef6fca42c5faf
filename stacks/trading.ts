/** The trading slice: from the feed to the fill. */
import type { ComponentResourceOptions, Output } from "@pulumi/pulumi";
import type { Certificates } from "../components/certificates/certificates.ts";
import { Passwords } from "../components/secrets/passwords.ts";
import { engineWorkload } from "../components/service/engine.ts";
import { marketDataWorkload } from "../components/service/market-data.ts";
import { riskManagementWorkload } from "../components/service/risk-management.ts";
import { Service } from "../components/service/service.ts";
import { tradingSignalWorkload } from "../components/service/trading-signal.ts";
import type { Config } from "../infra/config.ts";
import { hoursOf } from "../infra/config-data.ts";
import type { Platform } from "../infra/platform.ts";
import type { Running } from "../infra/workload.ts";
import type { Data } from "./data.ts";
import { allowance } from "./sizes.ts";

export interface Trading {
  marketData: Running;
  tradingSignal: Running;
  riskManagement: Running;
  engine: Running;
  /** Shown to the risk API to change limits or the kill switch. */
  riskToken: Output<string>;
}

/** With a parent of its own, a stack may hold more than one. */
export function trading(
  platform: Platform,
  config: Config,
  data: Data,
  certificates: Certificates<"engine">,
  opts: ComponentResourceOptions = {},
): Trading {
  const { logLevel } = config;
  const riskToken = new Passwords("api-token", { users: ["risk-management"] as const }, opts).of["risk-management"];
  const marketData = new Service(
    "market-data",
    {
      platform,
      workload: (image) =>
        marketDataWorkload(image, {
          ...allowance(config, "market-data"),
          kafka: data.kafka("market-data"),
          redis: data.redis("market-data"),
          feed: config.marketData,
          logLevel,
        }),
    },
    opts,
  );
  const tradingSignal = new Service(
    "trading-signal",
    {
      platform,
      workload: (image) =>
        tradingSignalWorkload(image, {
          ...allowance(config, "trading-signal"),
          kafka: data.kafka("trading-signal"),
          postgres: data.postgres("signal", "trading_signal"),
          logLevel,
        }),
    },
    opts,
  );
  const riskManagement = new Service(
    "risk-management",
    {
      platform,
      workload: (image) =>
        riskManagementWorkload(image, {
          ...allowance(config, "risk-management"),
          kafka: data.kafka("risk-management"),
          postgres: data.postgres("risk", "risk_management"),
          limits: config.risk,
          keepDecisionsHours: hoursOf(config.retention),
          apiToken: riskToken,
          logLevel,
        }),
    },
    opts,
  );
  const engine = new Service(
    "engine",
    {
      platform,
      workload: (image) =>
        engineWorkload(image, {
          ...allowance(config, "engine"),
          kafka: data.kafka("engine"),
          certificate: certificates.of.engine,
          limits: config.engine,
          latency: config.engine.latency,
          logLevel,
        }),
    },
    opts,
  );
  return {
    marketData: marketData.running,
    tradingSignal: tradingSignal.running,
    riskManagement: riskManagement.running,
    engine: engine.running,
    riskToken,
  };
}
