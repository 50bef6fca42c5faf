/** What is worth waking somebody for. Each alert names a symptom; its runbook says how to find the cause. */

export interface Alert {
  alert: string;
  expr: string;
  /** How long it must hold; absent: at once, because it happens once and mustn't be missed. */
  holds?: string;
  severity: "critical" | "warning";
  summary: string;
  description: string;
}

const warning = "warning" as const;
const critical = "critical" as const;

/** An increase is an estimate: `%.0f` spares its reader the decimals. */
export const alerts: Record<string, Alert[]> = {
  workloads: [
    {
      alert: "WorkloadDown",
      expr: "up == 0",
      holds: "30s",
      severity: critical,
      summary: "{{ $labels.job }} doesn't answer",
      description: "Prometheus has had no answer from {{ $labels.instance }} for half a minute.",
    },
  ],
  "market-data": [
    {
      alert: "MarketDataStalled",
      expr: "sum(rate(horizon_market_data_frames_total[1m])) == 0",
      holds: "1m",
      severity: critical,
      summary: "No frames arrive",
      description: "The feed has given nothing for a minute: prices that the stack acts on are old.",
    },
    {
      alert: "MarketDataCorruptFrames",
      expr: "increase(horizon_market_data_corrupt_total[5m]) > 0",
      severity: warning,
      summary: "Frames can't be read",
      description: '{{ printf "%.0f" $value }} frames of the last five minutes were skipped.',
    },
    {
      alert: "MarketDataBookUnsynced",
      expr: "horizon_market_data_book_synced == 0",
      holds: "1m",
      severity: warning,
      summary: "The book of {{ $labels.symbol }} has a gap",
      description: "Differences were missed and no snapshot has mended the book for a minute.",
    },
    {
      alert: "MarketDataRedisDown",
      expr: "horizon_market_data_redis_up == 0",
      holds: "1m",
      severity: warning,
      summary: "Last values aren't written",
      description: "Redis refuses or doesn't answer; Kafka is unaffected.",
    },
  ],
  "trading-signal": [
    {
      alert: "TradingSignalLag",
      expr: "sum(horizon_trading_signal_lag_messages) > 5000",
      holds: "1m",
      severity: warning,
      summary: "Signals are behind the market",
      description: "{{ $value }} messages of market data aren't read yet.",
    },
    {
      alert: "TradingSignalFeatureShift",
      expr: "max(abs(horizon_trading_signal_feature_mean_shift)) > 5",
      holds: "10m",
      severity: warning,
      summary: "The market doesn't look like the training data",
      description: "A feature's mean lies {{ $value }} training deviations away: the model's scores mean little.",
    },
    {
      alert: "TradingSignalRunsUnsaved",
      expr: "horizon_trading_signal_postgres_up == 0",
      holds: "2m",
      severity: warning,
      summary: "Runs aren't saved",
      description: "PostgreSQL refuses or doesn't answer; signals go on.",
    },
  ],
  "risk-management": [
    {
      alert: "RiskKillSwitch",
      expr: "horizon_risk_management_kill_switch == 1",
      severity: critical,
      summary: "Trading is stopped",
      description: "The kill switch is on: no new order is approved until a person turns it off.",
    },
    {
      alert: "RiskFillsGap",
      expr: "increase(horizon_risk_management_fills_gaps_total[5m]) > 0",
      severity: critical,
      summary: "Fills are missing",
      description: "The numbers of the engine's events have a gap: positions can't be trusted.",
    },
    {
      alert: "RiskFillsLag",
      expr: "horizon_risk_management_fills_lag_records > 5000",
      holds: "30s",
      severity: warning,
      summary: "Risk is behind the engine",
      description: "{{ $value }} events aren't applied; above its limit risk approves nothing.",
    },
    {
      alert: "RiskPostgresErrors",
      // The slowest attempt ends within 45 s: failures that last leave no minute without one, a single failure does.
      expr: "increase(horizon_risk_management_postgres_errors_total[1m]) > 0",
      holds: "90s",
      severity: critical,
      summary: "Risk can't write decisions",
      description: "PostgreSQL goes on failing, so no order is approved.",
    },
  ],
  engine: [
    {
      alert: "EngineNotReady",
      expr: "horizon_engine_ready == 0",
      holds: "30s",
      severity: critical,
      summary: "The engine takes no orders",
      description: "It replays its journal or has lost Kafka.",
    },
    {
      alert: "EngineDivergence",
      expr: "horizon_engine_divergences_total > 0",
      severity: critical,
      summary: "A replay contradicts what was published",
      description: "The journal and the events don't agree. Stop trading and keep both topics as they are.",
    },
    {
      alert: "EngineJournalLag",
      expr: "horizon_engine_journal_lag > 1000",
      holds: "30s",
      severity: warning,
      summary: "Orders wait in the journal",
      description: "{{ $value }} records aren't applied yet.",
    },
    {
      alert: "EngineCorruptRecords",
      expr: "increase(horizon_engine_corrupt_total[5m]) > 0",
      severity: warning,
      summary: "Orders can't be read",
      description: '{{ printf "%.0f" $value }} records of the journal were skipped in the last five minutes.',
    },
  ],
  provisioner: [
    {
      alert: "ProvisionerStale",
      expr: "time() - horizon_provisioner_last_success_timestamp_seconds > 300",
      severity: warning,
      summary: "{{ $labels.target }} isn't kept in line",
      description: "Topics, users, databases or roles have not been checked for five minutes.",
    },
    {
      alert: "ProvisionerDrift",
      expr: 'increase(horizon_provisioner_changes_total[5m]) > 0 and on (instance) time() - process_start_time_seconds{job="provisioner"} > 600',
      severity: warning,
      summary: "Something changed {{ $labels.target }} by hand",
      description: 'The provisioner put back {{ printf "%.0f" $value }} objects.',
    },
  ],
  kafka: [
    {
      alert: "KafkaNoController",
      expr: "max(kafka_controller_active) == 0",
      holds: "30s",
      severity: critical,
      summary: "Kafka has no controller",
      description: "No topic can be made and no leader chosen.",
    },
    {
      alert: "KafkaOfflineLog",
      expr: "kafka_replica_manager_offlinereplicacount > 0",
      severity: critical,
      summary: "A log of Kafka is offline",
      description: "Usually its disk is full or failing.",
    },
    {
      alert: "KafkaCopiesBehind",
      expr: "sum(kafka_replica_manager_underreplicatedpartitions) > 0",
      holds: "5m",
      severity: warning,
      summary: "Copies of Kafka's partitions are missing or behind",
      description: 'Of {{ printf "%.0f" $value }} partitions; another loss may stop all writing.',
    },
  ],
  "redis-exporter": [
    {
      alert: "RedisDown",
      expr: "redis_up == 0",
      holds: "30s",
      severity: critical,
      summary: "Redis doesn't answer",
      description: "Its exporter can't log in or connect.",
    },
    {
      alert: "RedisMemoryHigh",
      // Without a limit there is nothing to be full of.
      expr: "redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.9",
      holds: "5m",
      severity: warning,
      summary: "Redis is nearly full",
      description: "At the limit it refuses writes.",
    },
  ],
  "postgres-exporter": [
    {
      alert: "PostgresDown",
      expr: "pg_up == 0",
      holds: "30s",
      severity: critical,
      summary: "PostgreSQL doesn't answer",
      description: "Its exporter can't log in or connect.",
    },
    {
      alert: "PostgresConnectionsHigh",
      expr: "sum(pg_stat_activity_count) / min(pg_settings_max_connections) > 0.8",
      holds: "5m",
      severity: warning,
      summary: "PostgreSQL's connections run out",
      description: "At the limit new connections are refused.",
    },
  ],
  "nginx-exporter": [
    {
      alert: "GatewayDown",
      expr: "nginx_up == 0",
      holds: "30s",
      severity: critical,
      summary: "The gateway doesn't answer",
      description: "The one entrance is closed.",
    },
  ],
};
