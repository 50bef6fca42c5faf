/** How the servers of somebody else are set up, without TLS and with nothing but TLS. Pure. */
import { serverProperties } from "../../components/kafka/properties.ts";
import { thirdPartyImage } from "../../infra/images.ts";
import type { Shown } from "./authority.ts";

export const databases = "databases";

export const servers = ["kafka", "postgres", "redis"] as const;
export type Server = (typeof servers)[number];

export const ofEach = <T>(make: (server: Server) => T): Record<Server, T> =>
  Object.fromEntries(servers.map((server) => [server, make(server)])) as Record<Server, T>;

export const ports: Record<Server, number> = { kafka: 9092, postgres: 5432, redis: 6379 };

/** None is a name that the server or the stack would take by itself. */
export const administrators: Record<Server, string> = { kafka: "keeper", postgres: "postgres", redis: "default" };

/** Under which clients reach it; the last is the one pod's own, which Kafka tells its clients. */
export const hostsOf = (server: Server): [string, string, string] => [
  `${server}.${databases}`,
  `${server}.${databases}.svc`,
  `${server}-0.${server}-pods.${databases}.svc`,
];

export interface Setup {
  command: string[];
  env: Record<string, string>;
  /** By name, below /etc/server. */
  files: Record<string, string>;
  data: string;
  user: number;
}

const at = (name: string): string => `/etc/server/${name}`;

/** `tls` absent: no TLS at all. Present: nobody from another pod gets in without. */
export function setupOf(server: Server, password: string, tls?: Shown): Setup {
  const pem = tls && { "tls.crt": tls.certificate, "tls.key": tls.key, "ca.crt": tls.authority };
  const { files, ...rest } = setups[server](password, tls);
  return { ...rest, files: { ...files, ...pem }, user: thirdPartyImage(server).user };
}

const setups: Record<Server, (password: string, tls: Shown | undefined) => Omit<Setup, "user">> = {
  kafka: (password, tls) => ({
    command: ["bash", at("start.sh")],
    env: {
      KAFKA_HEAP_OPTS: "-Xms256m -Xmx256m",
      KAFKA_JVM_PERFORMANCE_OPTS: "-server -XX:+UseSerialGC -Djava.awt.headless=true",
      LOG_DIR: "/tmp/logs",
    },
    files: {
      "start.sh": kafkaStart(password),
      "server.properties": kafkaProperties(tls),
      "jmx.yaml": jmx,
      ...(tls && { "server.pem": tls.key + tls.certificate }),
    },
    data: "/var/lib/kafka/data",
  }),
  postgres: (password, tls) => ({
    command: [
      ...["docker-entrypoint.sh", "postgres", "-c", "shared_buffers=32MB", "-c", `hba_file=${at("pg_hba.conf")}`],
      ...(tls ? ["ssl=on", `ssl_cert_file=${at("tls.crt")}`, `ssl_key_file=${at("tls.key")}`] : ["ssl=off"]).flatMap(
        (setting) => ["-c", setting],
      ),
    ],
    env: {
      PGDATA: "/var/lib/postgresql/data/pgdata",
      POSTGRES_USER: administrators.postgres,
      POSTGRES_PASSWORD_FILE: at("password"),
      POSTGRES_INITDB_ARGS: "--auth-local=scram-sha-256 --auth-host=scram-sha-256",
    },
    files: {
      password,
      "pg_hba.conf": `local all all scram-sha-256\n${tls ? "hostssl" : "host"} all all all scram-sha-256\n`,
    },
    data: "/var/lib/postgresql/data",
  }),
  redis: (password, tls) => ({
    command: ["redis-server", at("redis.conf")],
    env: {},
    files: {
      "redis.conf": [
        `requirepass ${password}`,
        "protected-mode no",
        'save ""',
        "bind * -::*",
        ...(tls ? [`port 0`, `tls-port ${ports.redis}`, "tls-auth-clients no"] : [`port ${ports.redis}`]),
        ...(tls ? [`tls-cert-file ${at("tls.crt")}`, `tls-key-file ${at("tls.key")}`] : []),
        "",
      ].join("\n"),
    },
    data: "/data",
  }),
};

/** The stack's own settings, but for the administrator, the name and the listener that clients use. */
function kafkaProperties(tls: Shown | undefined): string {
  const own = {
    "super.users": `User:broker;User:${administrators.kafka}`,
    "advertised.listeners": `INTERNAL://${hostsOf("kafka")[2]}:${ports.kafka},SELF://localhost:9095`,
    ...(tls && {
      "listener.security.protocol.map": "INTERNAL:SASL_SSL,SELF:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
      "listener.name.internal.ssl.keystore.type": "PEM",
      "listener.name.internal.ssl.keystore.location": at("server.pem"),
    }),
  };
  const replaced = serverProperties({ brokerPassword: "broker" })
    .split("\n")
    .filter((line) => line !== "" && !((line.split("=")[0] ?? "") in own));
  return [...replaced, ...Object.entries(own).map(([key, value]) => `${key}=${value}`), ""].join("\n");
}

const kafkaStart = (password: string): string => `set -eu
if [ ! -f /var/lib/kafka/data/kraft/meta.properties ]; then
  KAFKA_HEAP_OPTS=-Xmx64m kafka-run-class.sh kafka.tools.StorageTool format --cluster-id AAECAwQFBgcICQoLDA0ODw \\
    --config ${at("server.properties")} --add-scram 'SCRAM-SHA-512=[name=${administrators.kafka},password=${password}]'
fi
export KAFKA_OPTS=-javaagent:/opt/jmx/jmx_prometheus_javaagent.jar=127.0.0.1:9404:${at("jmx.yaml")}
exec kafka-server-start.sh ${at("server.properties")}
`;

/** How many connections its clients have, and how many of these are encrypted. */
const jmx = `includeObjectNames: ["kafka.server:type=socket-server-metrics,*"]
rules:
  - pattern: kafka.server<type=socket-server-metrics, cipher=(.+), protocol=(.+), listener=INTERNAL, networkProcessor=(.+)><>connections
    name: encrypted_connections
    labels: { cipher: "$1", protocol: "$2", thread: "$3" }
  - pattern: kafka.server<type=socket-server-metrics, listener=INTERNAL, networkProcessor=(.+)><>connection-count
    name: all_connections
    labels: { thread: "$1" }
`;
