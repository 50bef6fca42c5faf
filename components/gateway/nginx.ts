/** nginx.conf of the one entrance. */

import type { Running } from "../../infra/workload.ts";

/** A path of the entrance and where it leads. `strip` takes the prefix off before the upstream sees it. */
export interface Route {
  path: string;
  host: string;
  port: number;
  strip: boolean;
  /** The upstream speaks TLS with a certificate of our authority. */
  tls?: boolean;
  /** May become a WebSocket. */
  upgrade?: boolean;
}

/** A route to a named port of a workload. */
export function routeTo(path: string, { host, ports }: Running, port: string): Pick<Route, "path" | "host" | "port"> {
  const number = ports[port];
  if (number === undefined) throw new TypeError(`${host} has no port ${port}`);
  return { path, host, port: number };
}

export const ports = { https: 8443, status: 8080 } as const;
export const certificatePath = "/run/secrets/gateway.crt";
export const keyPath = "/run/secrets/gateway.key";
export const authorityPath = "/etc/gateway/authority.crt";

const indent = (lines: string[]): string[] => lines.map((line) => `    ${line}`);

function location(route: Route): string[] {
  const { host, port, tls } = route;
  const variable = `$to_${host.replaceAll("-", "_")}`;
  return [
    `location ${route.path} {`,
    ...indent([
      // A name in a variable is looked up when it is used, not when nginx starts.
      `set ${variable} ${host}$domain;`,
      ...(route.strip ? [`rewrite ^${route.path}(.*)$ /$1 break;`] : []),
      `proxy_pass ${tls ? "https" : "http"}://${variable}:${port};`,
      ...(tls
        ? [
            `proxy_ssl_trusted_certificate ${authorityPath};`,
            "proxy_ssl_verify on;",
            `proxy_ssl_name ${host};`,
            "proxy_ssl_server_name on;",
            "proxy_ssl_protocols TLSv1.2 TLSv1.3;",
          ]
        : []),
      "proxy_set_header Host $http_host;",
      "proxy_set_header X-Forwarded-For $remote_addr;",
      "proxy_set_header X-Forwarded-Proto $scheme;",
      ...(route.upgrade
        ? [
            "proxy_set_header Upgrade $http_upgrade;",
            "proxy_set_header Connection $connection_upgrade;",
            "proxy_read_timeout 1h;",
            "proxy_buffering off;",
          ]
        : ['proxy_set_header Connection "";']),
    ]),
    "}",
  ];
}

/**
 * What runs once is away for some seconds while it is replaced; clients are told to come again, unless the workload itself said
 * when. Without a value the header isn't sent.
 */
const retryAfter = 'map "$status $upstream_http_retry_after" $retry_after { "~^50[234] $" 2; default ""; }';

/** What every answer carries. `always`: on errors too. */
const securityHeaders = [
  'add_header Strict-Transport-Security "max-age=31536000" always;',
  'add_header X-Content-Type-Options "nosniff" always;',
  'add_header X-Frame-Options "SAMEORIGIN" always;',
  'add_header Referrer-Policy "no-referrer" always;',
  "add_header Content-Security-Policy \"frame-ancestors 'self'\" always;",
];

const logFormat = [
  'log_format json escape=json \'{"ts":"$time_iso8601","level":"info","service":"gateway","msg":"request",\'',
  '  \'"method":"$request_method","path":"$uri","status":$status,"bytes":$bytes_sent,\'',
  '  \'"seconds":$request_time,"upstream":"$upstream_addr","upstream_seconds":"$upstream_response_time"}\';',
];

const http = [
  "include /tmp/resolver.conf;",
  ...["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path /tmp/${kind};`),
  ...logFormat,
  "access_log /dev/stdout json;",
  "server_tokens off;",
  // An order's id may hold two slashes in a row.
  "merge_slashes off;",
  "keepalive_timeout 65s;",
  "client_max_body_size 64k;",
  "client_body_timeout 10s;",
  "client_header_timeout 10s;",
  "proxy_http_version 1.1;",
  "proxy_connect_timeout 2s;",
  "map $http_upgrade $connection_upgrade { default upgrade; '' ''; }",
  retryAfter,
];

function entrance(routes: Route[]): string[] {
  return [
    "server {",
    ...indent([
      `listen ${ports.https} ssl;`,
      `ssl_certificate ${certificatePath};`,
      `ssl_certificate_key ${keyPath};`,
      "ssl_protocols TLSv1.2 TLSv1.3;",
      "ssl_session_cache shared:tls:1m;",
      "ssl_session_tickets off;",
      ...securityHeaders,
      "add_header Retry-After $retry_after always;",
      'location = / { return 200 "CipherHorizon\\n"; default_type text/plain; }',
    ]),
    ...routes.flatMap((route) => indent(location(route))),
    "}",
  ];
}

/** Only the status, only for the exporter; it names no path of the entrance. */
const status = [
  "server {",
  ...indent([
    `listen ${ports.status};`,
    "access_log off;",
    "location = /stub_status { stub_status; }",
    'location = / { return 200 "ok\\n"; }',
  ]),
  "}",
];

export function nginxConf(routes: Route[]): string {
  return `${[
    "worker_processes 1;",
    "pid /tmp/nginx.pid;",
    "error_log /dev/stderr warn;",
    "events { worker_connections 1024; }",
    "http {",
    ...indent([...http, ...entrance(routes), ...status]),
    "}",
  ].join("\n")}\n`;
}
