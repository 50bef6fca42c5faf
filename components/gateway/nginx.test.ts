import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { nginxConf, type Route } from "./nginx.ts";

const routes: Route[] = [
  { path: "/api/", host: "engine", port: 8080, strip: true },
  { path: "/ws", host: "engine", port: 8443, strip: false, tls: true, upgrade: true },
  { path: "/risk/", host: "risk-management", port: 8080, strip: true },
  { path: "/grafana/", host: "grafana", port: 3000, strip: false, upgrade: true },
];

test("nginx.conf", async () => {
  await expect(nginxConf(routes)).toMatchFileSnapshot("golden/nginx.conf");
});

test("no upstream is named literally: nginx would refuse to start without it", () => {
  const passes = nginxConf(routes).match(/proxy_pass [^;]+;/g) ?? [];
  expect(passes).toHaveLength(routes.length);
  for (const pass of passes) expect(pass).toMatch(/^proxy_pass https?:\/\/\$to_\w+:\d+;$/);
});

/** Runs the script's part before nginx, on a made-up resolv.conf. */
function resolverFor(resolv: string): string {
  const directory = mkdtempSync(join(tmpdir(), "horizon-gateway-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const script = readFileSync(new URL("start.sh", import.meta.url), "utf8")
    .replaceAll("/etc/resolv.conf", join(directory, "resolv.conf"))
    .replaceAll("/tmp/resolver.conf", join(directory, "resolver.conf"))
    .replace(/^exec .*$/m, "");
  writeFileSync(join(directory, "resolv.conf"), resolv);
  execFileSync("sh", ["-c", script], { timeout: 10_000 });
  return readFileSync(join(directory, "resolver.conf"), "utf8");
}

test("on Docker short names are the full ones", () => {
  expect(resolverFor("search corp.example\nnameserver 127.0.0.11\noptions ndots:0\n")).toBe(
    'resolver 127.0.0.11 valid=2s ipv6=off;\nmap "" $domain { default ""; }\n',
  );
});

test("on Kubernetes names are completed by the search list, which nginx doesn't read", () => {
  expect(
    resolverFor("search trading.svc.cluster.local svc.cluster.local\nnameserver 10.96.0.10\nnameserver fd00::10\n"),
  ).toBe(
    'resolver 10.96.0.10 [fd00::10] valid=2s ipv6=off;\nmap "" $domain { default ".trading.svc.cluster.local"; }\n',
  );
});
