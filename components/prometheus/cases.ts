/**
 * Proof that each alert fires when it should, and only then: series as promtool writes them ("0x9": ten zeros), one sample
 * every 5 s from time 0. `promtool.ts` makes its test file of them.
 */

type Series = Record<string, string>;

/** The alert fires from that second on and not one evaluation before. */
export interface Fires {
  what: string;
  series: Series;
  /** Seconds. */
  from: number;
  /** Labels besides the severity. */
  labels?: Record<string, string>;
  /** What the description shows as its value. */
  value?: string;
}

export interface Quiet {
  what: string;
  series: Series;
  /** Seconds. */
  at: number;
}

export interface Cases {
  fires: Fires[];
  quiet: Quiet[];
}

/** For a gauge that says 1 while all is well: it fires after `holds` seconds of 0, and a dip of 20 s is nothing. */
const down = (metric: string, holds: number, series = metric, labels?: Record<string, string>): Cases => ({
  fires: [{ what: "it stays away", series: { [series]: "0x200" }, from: holds, ...(labels ? { labels } : {}) }],
  quiet: [{ what: "it comes back after 20 s", series: { [series]: "0x4 1x200" }, at: holds }],
});

/** For a number that must stay 0. */
const never = (metric: string): Cases => ({
  fires: [{ what: "it happens", series: { [metric]: "0x2 1x9" }, from: 15 }],
  quiet: [{ what: "it doesn't happen", series: { [metric]: "0x9" }, at: 45 }],
});

/** For a counter whose increases are told for five minutes. */
const counted = (metric: string, value?: string): Cases => ({
  fires: [
    { what: "it counts up", series: { [metric]: "7x5 10x9" }, from: 30, ...(value === undefined ? {} : { value }) },
  ],
  quiet: [
    { what: "it counted long ago", series: { [metric]: "7x5 10x90" }, at: 400 },
    { what: "it never counts", series: { [metric]: "0x90" }, at: 400 },
  ],
});

/** For a gauge with a limit of its own. */
const above = (metric: string, limit: number, holds: number): Cases => ({
  fires: [{ what: "over the limit", series: { [metric]: `${limit + 1}x200` }, from: holds, value: String(limit + 1) }],
  quiet: [
    { what: "at the limit", series: { [metric]: `${limit}x200` }, at: holds + 60 },
    { what: "over the limit for 20 s", series: { [metric]: `${limit + 1}x4 0x200` }, at: holds },
  ],
});

const provisioner = 'instance="provisioner:9090"';
const started = `process_start_time_seconds{job="provisioner",${provisioner}}`;
const changes = `horizon_provisioner_changes_total{target="kafka",${provisioner}}`;
const riskErrors = "horizon_risk_management_postgres_errors_total";
const lastSuccess = 'horizon_provisioner_last_success_timestamp_seconds{target="kafka"}';
const book = 'horizon_market_data_book_synced{symbol="BTCUSDT"}';

export const cases: Record<string, Cases> = {
  WorkloadDown: down("up", 30, 'up{job="engine",instance="engine:9090"}', { job: "engine", instance: "engine:9090" }),
  MarketDataStalled: {
    fires: [{ what: "no frame arrives", series: { horizon_market_data_frames_total: "100x30" }, from: 65 }],
    quiet: [{ what: "one frame in 50 s", series: { horizon_market_data_frames_total: "0x9 1x9 2x9" }, at: 145 }],
  },
  MarketDataCorruptFrames: counted("horizon_market_data_corrupt_total", "3"),
  MarketDataBookUnsynced: {
    fires: [{ what: "a gap stays", series: { [book]: "1x2 0x30" }, from: 75, labels: { symbol: "BTCUSDT" } }],
    quiet: [
      { what: "a snapshot mends it", series: { [book]: "0x9 1x30" }, at: 60 },
      { what: "the replay that it came from has ended", series: { [book]: "0x9 stale" }, at: 60 },
    ],
  },
  MarketDataRedisDown: down("horizon_market_data_redis_up", 60),
  TradingSignalLag: {
    fires: [
      {
        what: "two topics together",
        series: {
          'horizon_trading_signal_lag_messages{topic="md.book"}': "4000x30",
          'horizon_trading_signal_lag_messages{topic="md.trade"}': "2000x30",
        },
        from: 60,
        value: "6000",
      },
    ],
    quiet: [
      { what: "at the limit", series: { 'horizon_trading_signal_lag_messages{topic="md.book"}': "5000x30" }, at: 120 },
    ],
  },
  TradingSignalFeatureShift: {
    fires: [
      {
        what: "one of two features, downwards",
        series: {
          'horizon_trading_signal_feature_mean_shift{feature="spread"}': "1x150",
          'horizon_trading_signal_feature_mean_shift{feature="imbalance"}': "-6x150",
        },
        from: 600,
        value: "6",
      },
    ],
    quiet: [
      {
        what: "back after nine minutes",
        series: { 'horizon_trading_signal_feature_mean_shift{feature="spread"}': "6x108 1x40" },
        at: 600,
      },
    ],
  },
  TradingSignalRunsUnsaved: down("horizon_trading_signal_postgres_up", 120),
  RiskKillSwitch: never("horizon_risk_management_kill_switch"),
  RiskFillsGap: counted("horizon_risk_management_fills_gaps_total"),
  RiskFillsLag: above("horizon_risk_management_fills_lag_records", 5000, 30),
  RiskPostgresErrors: {
    fires: [
      { what: "slow attempts fail, one in 45 s", series: { [riskErrors]: "0x8 1x8 2x8 3x8" }, from: 135 },
      { what: "quick attempts fail", series: { [riskErrors]: "0+5x40" }, from: 95 },
    ],
    quiet: [
      { what: "a single failure", series: { [riskErrors]: "0x5 1x40" }, at: 120 },
      { what: "PostgreSQL was away for 20 s", series: { [riskErrors]: "0x5 5+5x3 20x40" }, at: 120 },
    ],
  },
  EngineNotReady: down("horizon_engine_ready", 30),
  EngineDivergence: never("horizon_engine_divergences_total"),
  EngineJournalLag: above("horizon_engine_journal_lag", 1000, 30),
  EngineCorruptRecords: counted("horizon_engine_corrupt_total", "3"),
  ProvisionerStale: {
    fires: [
      { what: "no pass since the start", series: { [lastSuccess]: "0x70" }, from: 305, labels: { target: "kafka" } },
    ],
    quiet: [{ what: "a pass succeeds now and then", series: { [lastSuccess]: "0x58 290x60" }, at: 590 }],
  },
  ProvisionerDrift: {
    fires: [
      {
        what: "a change after eleven minutes",
        series: { [changes]: "5x131 6x9", [started]: "0x150" },
        from: 660,
        labels: { target: "kafka", instance: "provisioner:9090" },
        value: "1",
      },
    ],
    quiet: [
      { what: "the changes of the start", series: { [changes]: "0x2 40x90", [started]: "0x150" }, at: 60 },
      { what: "no change since", series: { [changes]: "40x150", [started]: "0x150" }, at: 700 },
    ],
  },
  KafkaNoController: down("kafka_controller_active", 30),
  KafkaOfflineLog: never("kafka_replica_manager_offlinereplicacount"),
  KafkaCopiesBehind: above("kafka_replica_manager_underreplicatedpartitions", 0, 300),
  RedisDown: down("redis_up", 30),
  RedisMemoryHigh: {
    fires: [
      { what: "95 %", series: { redis_memory_used_bytes: "95x70", redis_memory_max_bytes: "100x70" }, from: 300 },
    ],
    quiet: [{ what: "90 %", series: { redis_memory_used_bytes: "90x70", redis_memory_max_bytes: "100x70" }, at: 350 }],
  },
  PostgresDown: down("pg_up", 30),
  PostgresConnectionsHigh: {
    fires: [
      {
        what: "two databases together",
        series: {
          'pg_stat_activity_count{datname="risk"}': "50x70",
          'pg_stat_activity_count{datname="signals"}': "35x70",
          pg_settings_max_connections: "100x70",
        },
        from: 300,
      },
    ],
    quiet: [
      {
        what: "80 %",
        series: { 'pg_stat_activity_count{datname="risk"}': "80x70", pg_settings_max_connections: "100x70" },
        at: 350,
      },
    ],
  },
  GatewayDown: down("nginx_up", 30),
};
