import { expect, test } from "vitest";
import { renderOutputs } from "./outputs.ts";

const outputs = {
  authority: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
  images: { kafka: `sha256:${"0".repeat(64)}`, engine: `registry.example:5000/engine@sha256:${"1".repeat(64)}` },
  logins: "[secret]",
  needs: { kafka: [] },
  notes: ["grafana: absent"],
  origins: { kafka: "built: kafka 4.3.1 from packages", engine: "built: engine" },
  urls: { api: "https://localhost:8443/api/", webSocket: "wss://localhost:8443/ws" },
};

test("what a person needs comes first, and what is left out is named", () => {
  expect(renderOutputs(outputs)).toMatchInlineSnapshot(`
    "urls:
      api:       https://localhost:8443/api/
      webSocket: wss://localhost:8443/ws
    logins:
      [secret] (--show-secrets)
    images:
      kafka:  sha256:000000000000  built: kafka 4.3.1 from packages
      engine: sha256:111111111111  built: engine
    notes:
      - grafana: absent
    also, with --json: authority, needs, origins"
  `);
});

test("secrets that were asked for are shown by name", () => {
  const logins = { kafka: { user: "auditor", password: "open" }, risk: "postgresql://" };
  expect(renderOutputs({ logins })).toBe(
    "logins:\n  kafka:\n    user:     auditor\n    password: open\n  risk:  postgresql://",
  );
});
