import { graph, number, rate } from "./common.ts";
import type { Board } from "./panel.ts";

/** Kafka, Redis, PostgreSQL and the gateway: what we run but haven't written. */
export const servers: Board = {
  id: "horizon-servers",
  title: "Servers",
  rows: {
    State: [
      number("Kafka controller", "short", "max(kafka_controller_active)"),
      number("Redis", "short", "redis_up"),
      number("PostgreSQL", "short", "pg_up"),
      number("Gateway", "short", "nginx_up"),
    ],
    Kafka: [
      graph("Messages in", "ops", [rate("kafka_topic_messagesinpersec_total", "topic")]),
      graph("Bytes", "Bps", [
        rate("kafka_topic_bytesinpersec_total", undefined, "in"),
        rate("kafka_topic_bytesoutpersec_total", undefined, "out"),
      ]),
      graph("Slowest percent of requests", "ms", [{ expr: "kafka_request_p99_milliseconds", legend: "{{request}}" }]),
      graph("Size of logs", "bytes", [{ expr: "sum by (topic) (kafka_log_size_bytes)", legend: "{{topic}}" }]),
    ],
    Redis: [
      graph("Commands", "ops", [rate("redis_commands_processed_total", undefined, "commands")]),
      graph("Memory", "bytes", [
        { expr: "redis_memory_used_bytes", legend: "used" },
        { expr: "redis_memory_max_bytes", legend: "limit" },
      ]),
    ],
    PostgreSQL: [
      graph("Transactions", "ops", [rate("pg_stat_database_xact_commit", "datname")]),
      graph("Connections", "short", [{ expr: "sum by (datname) (pg_stat_activity_count)", legend: "{{datname}}" }]),
      graph("Size", "bytes", [{ expr: "pg_database_size_bytes", legend: "{{datname}}" }]),
    ],
    Gateway: [
      graph("Requests", "ops", [rate("nginx_http_requests_total", undefined, "requests")]),
      graph("Connections", "short", [{ expr: "nginx_connections_active", legend: "active" }]),
    ],
  },
};

const { State = [], Kafka: _, ...others } = servers.rows;

/** Where somebody else runs Kafka, its metrics are theirs too. Of the other servers an exporter of the stack's own tells. */
export const withoutKafka: Board = {
  ...servers,
  rows: { State: State.filter(({ title }) => title !== "Kafka controller"), ...others },
};
