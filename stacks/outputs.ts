/** What an operator wants to know of a stack that runs. */
import * as pulumi from "@pulumi/pulumi";
import { boards } from "../components/dashboards/dashboards.ts";
import { securityOf } from "../components/kafka/kafka.ts";
import { auditorConfig } from "../components/kafka/workload.ts";
import { schemeOf } from "../components/redis/redis.ts";
import type { Config } from "../infra/config.ts";
import { isRunning } from "../infra/running.ts";
import type { Running } from "../infra/workload.ts";
import type { Data } from "./data.ts";
import type { Edge } from "./edge.ts";
import { entranceUrl } from "./entrance.ts";
import { type Graph, toMermaid } from "./graph.ts";
import type { Observability } from "./observability.ts";
import type { Trading } from "./trading.ts";

export interface Parts {
  config: Config;
  data: Data;
  trading: Trading;
  observability: Observability;
  edge: Edge;
  authority: pulumi.Output<string>;
  origins: Record<string, string>;
}

function urls({ config, observability }: Parts) {
  const base = entranceUrl(config);
  return {
    api: `${base}/api/`,
    webSocket: `${base.replace(/^https/, "wss")}/ws`,
    risk: `${base}/risk/`,
    signal: `${base}/signal/`,
    dashboards: observability.grafana ? `${base}/grafana/` : `${base}/prometheus/consoles/${boards[0]?.id}.html`,
    prometheus: `${base}/prometheus/`,
    alertmanager: `${base}/alertmanager/`,
  };
}

/** As the auditor, who reads everything and changes nothing; and what else a person must type. */
function logins({ data, trading, observability }: Parts) {
  const auditor = data.kafka("auditor");
  const [broker] = auditor.servers.filter(isRunning);
  const reader = (database: string) => {
    const { user, password, host, port, authority } = data.postgres(database, "auditor");
    const mode = authority ? "?sslmode=verify-full" : "";
    return pulumi.interpolate`postgresql://${user}:${password}@${host}:${port}/${database}${mode}`;
  };
  const redis = data.redis("auditor");
  return pulumi.secret({
    kafka: {
      internal: auditor.brokers,
      external: broker?.exposed.external ?? "off",
      security: securityOf(auditor),
      mechanism: "SCRAM-SHA-512",
      user: auditor.user,
      password: auditor.password,
    },
    postgres: { signal: reader("signal"), risk: reader("risk") },
    redis: pulumi.interpolate`${schemeOf(redis)}://${redis.user}:${redis.password}@${redis.address}`,
    riskApiToken: trading.riskToken,
    ...(observability.grafana && {
      grafana: { user: "admin", password: observability.grafana.adminPassword },
    }),
  });
}

function slices({ data, trading, observability, edge }: Parts): Record<string, Running[]> {
  const { marketData, tradingSignal, riskManagement, engine } = trading;
  const { prometheus, alertmanager, exporters, grafana } = observability;
  return {
    data: data.running,
    trading: [marketData, tradingSignal, riskManagement, engine],
    observability: [prometheus, alertmanager, ...exporters, ...(grafana ? [grafana.running] : [])],
    edge: [edge.gateway, edge.exporter],
  };
}

/** In the picture only: nothing of it runs here. */
function managedSlice({ data }: Parts): Graph {
  return data.foreign.length === 0 ? {} : { managed: data.foreign.map(({ name }) => ({ name, needs: [] })) };
}

/** What must run for the outside addresses of a workload to lead to it, by the name of its command. */
function forwards({ data, edge }: Parts): Record<string, string> {
  const [broker] = data.kafka("auditor").servers.filter(isRunning);
  const all = { forward: edge.gateway.forward, forwardKafka: broker?.forward };
  return Object.fromEntries(Object.entries(all).flatMap(([name, command]) => (command ? [[name, command]] : [])));
}

/** Commands to copy into a shell at the top of the checkout; NAME stands for a workload. What needs a server's own tools isn't there where somebody else runs it. */
function commands(parts: Parts): Record<string, string> {
  const { data } = parts;
  const horizon = `./horizon --stack ${pulumi.getStack()}`;
  const runs = (name: string) => data.running.some((running) => running.name === name);
  return {
    ...forwards(parts),
    logs: `${horizon} logs NAME`,
    ...kafkaCommands(data, horizon),
    ...(runs("postgres") && { psql: `${horizon} exec postgres -- psql postgresql://auditor@localhost/risk` }),
    ...(runs("redis") && { redis: `${horizon} exec redis -- redis-cli --user auditor --askpass` }),
  };
}

function kafkaCommands(data: Data, horizon: string): Record<string, string> {
  const [broker] = data.kafka("auditor").servers.filter(isRunning);
  if (!broker) return { lag: `${horizon} exec provisioner -- /provisioner lag trading-signal` };
  const tool = (name: string, options: string) =>
    `${horizon} exec ${broker.name} -- /opt/kafka/bin/${name}.sh --bootstrap-server localhost:9092 --command-config ${auditorConfig} ${options}`;
  return {
    topics: tool("kafka-topics", "--list"),
    lag: tool("kafka-consumer-groups", "--describe --all-groups"),
  };
}

/** What is otherwise than a person would think. */
function notes({ data, edge, observability }: Parts): string[] {
  const { forward } = edge.gateway;
  const managed = data.foreign.map(({ name, host, ports }) => {
    const metrics = name === "kafka" ? "; its metrics, alerts and dashboards are theirs too" : "";
    return `${name}: managed by somebody else at ${host}:${ports[name]}; for its own tools ask them, logins are in \`logins.${name}\`${metrics}`;
  });
  const absent =
    "grafana: absent, its image can't be had at this site; Prometheus shows the same dashboards as its consoles";
  return [
    ...(forward ? [`urls: they lead nowhere unless this runs on the same machine: ${forward}`] : []),
    ...managed,
    ...(observability.grafana ? [] : [absent]),
  ];
}

export function outputs(parts: Parts) {
  const all = slices(parts);
  const running = Object.values(all).flat();
  return {
    urls: urls(parts),
    authority: parts.authority,
    logins: logins(parts),
    origins: parts.origins,
    images: Object.fromEntries(running.map(({ name, image }) => [name, image])),
    handles: Object.fromEntries(running.map(({ name, handle }) => [name, handle])),
    commands: commands(parts),
    needs: Object.fromEntries(running.map(({ name, needs }) => [name, needs])),
    graph: toMermaid({ ...all, ...managedSlice(parts) }),
    notes: notes(parts),
  };
}
