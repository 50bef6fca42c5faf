/** The servers of somebody else on the lab, in a namespace that takes only restricted pods: made, asked, and who is connected to them. */
import { createHash } from "node:crypto";
import type { Shown } from "./authority.ts";
import { apply, kubectl, type Pod, restrictedNamespace } from "./cluster.ts";
import { administrators, databases, ports, type Server, type Setup, servers, setupOf } from "./database-servers.ts";

const labelOf = (server: Server) => ({ app: server });

const base64 = (text: string): string => Buffer.from(text).toString("base64");

export const secretOf = (namespace: string, name: string, files: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { namespace, name },
  data: Object.fromEntries(Object.entries(files).map(([key, text]) => [key, base64(text)])),
});

/** One that finds the pod by name too, as Kafka's clients do, and one with an address of its own before the pod. */
const servicesOf = (server: Server) =>
  [
    { name: server, own: {} },
    { name: `${server}-pods`, own: { clusterIP: "None" } },
  ].map(({ name, own }) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: databases, name },
    spec: { selector: labelOf(server), ports: [{ port: ports[server] }], ...own },
  }));

const podOf = (server: Server, image: string, { command, env, data, user }: Setup) => ({
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  securityContext: {
    ...{ runAsNonRoot: true, runAsUser: user, runAsGroup: user, fsGroup: user },
    // Else its second start finds a data directory that the group may write to, and PostgreSQL refuses it.
    fsGroupChangePolicy: "OnRootMismatch",
    seccompProfile: { type: "RuntimeDefault" },
  },
  containers: [
    {
      name: "main",
      image,
      command,
      env: Object.entries(env).map(([name, value]) => ({ name, value })),
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      readinessProbe: { tcpSocket: { port: ports[server] }, periodSeconds: 1 },
      resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "768Mi" } },
      volumeMounts: [
        { name: "data", mountPath: data },
        { name: "files", mountPath: "/etc/server" },
      ],
    },
  ],
  volumes: [{ name: "files", secret: { secretName: server, defaultMode: 0o440 } }],
});

function objectsOf(server: Server, image: string, setup: Setup): object[] {
  const labels = labelOf(server);
  const changed = createHash("sha256").update(JSON.stringify(setup)).digest("hex");
  const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  const template = { metadata: { labels, annotations: { changed } }, spec: podOf(server, image, setup) };
  return [
    secretOf(databases, server, setup.files),
    ...servicesOf(server),
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { namespace: databases, name: server },
      spec: {
        ...{ serviceName: `${server}-pods`, selector: { matchLabels: labels }, template },
        volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claim }],
      },
    },
  ];
}

/** Starts them, or starts them anew on their data, and waits until they serve. */
export async function serve(
  images: Record<Server, string>,
  passwords: Record<Server, string>,
  shown?: Record<Server, Shown>,
): Promise<void> {
  const objects = (server: Server) =>
    objectsOf(server, images[server], setupOf(server, passwords[server], shown?.[server]));
  await apply(restrictedNamespace(databases), ...servers.flatMap(objects));
  const wait = ["rollout", "status", "--namespace", databases, "--timeout=180s"];
  await Promise.all(servers.map((server) => kubectl([...wait, `statefulset/${server}`], { timeout: 200_000 })));
}

export async function podsOfServers(): Promise<Record<Server, Pod>> {
  const { items } = JSON.parse(await kubectl(["get", "pods", "--namespace", databases, "--output", "json"]));
  return Object.fromEntries((items as Pod[]).map((pod) => [pod.metadata.labels.app, pod])) as Record<Server, Pod>;
}

/** Standard output of a command in the server's pod. */
const within = (server: Server, ...command: string[]): Promise<string> =>
  kubectl(["exec", `${server}-0`, "--namespace", databases, "--", ...command]);

/** Rows of a query, by the administrator, on the pod's own socket. */
export async function sql(database: string, query: string): Promise<string[]> {
  const ask = `PGPASSWORD=$(cat /etc/server/password) exec psql -h /var/run/postgresql -U ${administrators.postgres} -tA -d "$0" -c "$1"`;
  return (await within("postgres", "sh", "-c", ask, database, query)).trim().split("\n");
}

/** What Redis says, on its encrypted port. */
export const redis = (password: string, ...command: string[]): Promise<string> => {
  const how = ["--tls", "--cacert", "/etc/server/ca.crt", "--no-auth-warning", "-a", password];
  return within("redis", "redis-cli", ...how, ...command);
};

/** Connections of Kafka's clients: all, and of these the encrypted ones. */
export async function kafkaConnections(): Promise<{ all: number; encrypted: number }> {
  const text = await within("kafka", "wget", "-q", "-O", "-", "http://127.0.0.1:9404/metrics");
  const sum = (name: string): number =>
    [...text.matchAll(new RegExp(`^${name}\\{.*\\} (\\S+)$`, "gm"))].reduce(
      (total, [, each]) => total + Number(each),
      0,
    );
  return { all: sum("all_connections"), encrypted: sum("encrypted_connections") };
}

const refusalOf = (asked: Promise<string>): Promise<string> =>
  asked.then(
    () => "none",
    (error: Error) => error.message,
  );

/** How they answer whoever comes without TLS. Kafka's word is its count of connections. */
export async function refusals(): Promise<Record<"postgres" | "redis", string>> {
  const login = `host=127.0.0.1 sslmode=disable user=${administrators.postgres}`;
  const ask = `PGPASSWORD=$(cat /etc/server/password) exec psql "${login}" -c "select 1"`;
  return {
    postgres: await refusalOf(within("postgres", "sh", "-c", ask)),
    redis: await refusalOf(within("redis", "redis-cli", "-e", "ping")),
  };
}
