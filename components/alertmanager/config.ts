/** alertmanager.yml. Without a webhook alerts are kept and shown, and go nowhere else. */
import { stringify } from "yaml";

export function alertmanagerConfig(webhookPath?: string): string {
  const receiver = webhookPath
    ? { name: "webhook", webhook_configs: [{ url_file: webhookPath, send_resolved: true }] }
    : { name: "kept" };
  return stringify({
    route: {
      receiver: receiver.name,
      group_by: ["alertname", "job"],
      group_wait: "10s",
      group_interval: "1m",
      repeat_interval: "4h",
    },
    // A workload that is down explains its own lesser troubles.
    inhibit_rules: [
      { source_matchers: ['alertname="WorkloadDown"'], target_matchers: ['alertname!="WorkloadDown"'], equal: ["job"] },
    ],
    receivers: [receiver],
  });
}
