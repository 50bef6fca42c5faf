import { expect, test } from "vitest";
import { image } from "../../infra/fixtures/workloads.ts";
import { alertmanagerWorkload } from "./alertmanager.ts";

const args = { image, memory: "64Mi", cpu: 0.25, storage: "256Mi", externalUrl: "https://localhost/" } as const;

test("with a webhook it may reach the world outside, and the address is a secret", () => {
  const { egress, secrets, files } = alertmanagerWorkload({ ...args, webhook: "https://alerts.example/token" });
  expect(egress).toBe(true);
  expect(Object.values(secrets ?? {})).toEqual(["https://alerts.example/token"]);
  expect(JSON.stringify(files)).not.toContain("token");
});

test("without one it reaches nothing", () => {
  expect(alertmanagerWorkload(args)).not.toHaveProperty("egress");
});
