/** The edge slice: the one entrance, and its exporter. */
import type { Certificates } from "../components/certificates/certificates.ts";
import { Exporter } from "../components/exporters/exporter.ts";
import { nginxExporterWorkload } from "../components/exporters/exporters.ts";
import { Gateway } from "../components/gateway/gateway.ts";
import { type Route, routeTo } from "../components/gateway/nginx.ts";
import type { Config } from "../infra/config.ts";
import type { Platform } from "../infra/platform.ts";
import type { Running } from "../infra/workload.ts";
import { outside } from "./entrance.ts";
import type { Observability } from "./observability.ts";
import { allowance } from "./sizes.ts";
import type { Trading } from "./trading.ts";

export interface Edge {
  gateway: Running;
  exporter: Running;
}

export function edge(
  platform: Platform,
  config: Config,
  { engine, riskManagement, tradingSignal }: Trading,
  { prometheus, alertmanager, grafana }: Observability,
  certificates: Certificates<"gateway">,
): Edge {
  const routes: Route[] = [
    { ...routeTo("/api/", engine, "api"), strip: true },
    { ...routeTo("/ws", engine, "wss"), strip: false, tls: true, upgrade: true },
    { ...routeTo("/risk/", riskManagement, "api"), strip: true },
    { ...routeTo("/signal/", tradingSignal, "api"), strip: true },
    { ...routeTo("/prometheus/", prometheus, "http"), strip: true },
    { ...routeTo("/alertmanager/", alertmanager, "http"), strip: true },
    ...(grafana ? [{ ...routeTo("/grafana/", grafana.running, "http"), strip: false, upgrade: true }] : []),
  ];
  const gateway = new Gateway("gateway", {
    platform,
    ...allowance(config, "gateway"),
    certificate: certificates.of.gateway,
    authority: certificates.authority,
    routes,
    needs: [engine, riskManagement, tradingSignal, prometheus, alertmanager, ...(grafana ? [grafana.running] : [])],
    ...outside(config, "gateway"),
  }).running;
  const exporter = new Exporter("nginx-exporter", {
    platform,
    workload: (image) => nginxExporterWorkload(image, allowance(config, "nginx-exporter"), gateway, prometheus),
  }).running;
  return { gateway, exporter };
}
