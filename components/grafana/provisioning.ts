/** What Grafana finds when it starts: where the samples are, and our dashboards. */
import { stringify } from "yaml";

/** Dashboards name their data source by this id, so that they work in any Grafana provisioned like this. */
export const dataSourceId = "horizon-prometheus";
export const dashboardDirectory = "/etc/grafana/dashboards";

export function dataSources(prometheusUrl: string, interval: string): string {
  return stringify({
    apiVersion: 1,
    datasources: [
      {
        name: "Prometheus",
        uid: dataSourceId,
        type: "prometheus",
        access: "proxy",
        url: prometheusUrl,
        isDefault: true,
        editable: false,
        jsonData: { timeInterval: interval, httpMethod: "POST" },
      },
    ],
  });
}

export const dashboardProviders = stringify({
  apiVersion: 1,
  providers: [
    {
      name: "cipherhorizon",
      folder: "CipherHorizon",
      type: "file",
      disableDeletion: true,
      allowUiUpdates: false,
      options: { path: dashboardDirectory },
    },
  ],
});
