import { describe, expect, it } from "vitest";
import { parseConfig } from "../../infra/config.ts";
import { judgeSecrets, secretsOf } from "./secret-checks.ts";

const managed = (url: string, secretName: string, more: object = {}) => ({ managed: { url, secretName, ...more } });
const config = parseConfig({
  platform: "kubernetes",
  kafka: managed("kafka://strimzi-admin@main-kafka-bootstrap.databases:9092", "strimzi-admin"),
  postgres: managed("postgresql://pg-rw.databases:5432?sslmode=verify-full", "pg-superuser", { caSecretName: "pg-ca" }),
});
const wanted = secretsOf(config);

describe("doctor of managed servers' Secrets", () => {
  it("wants a user's name only where the URL has none, an authority where it says TLS, and nothing of the stack's own servers", () => {
    expect(wanted).toEqual([
      { server: "kafka", name: "strimzi-admin", keys: ["password"] },
      { server: "postgres", name: "pg-superuser", keys: ["username", "password"] },
      { server: "postgres", name: "pg-ca", keys: ["ca.crt"] },
    ]);
    expect(secretsOf(parseConfig({}))).toEqual([]);
  });

  it("is content with the keys that operators write, and with more of them", () => {
    const found = {
      "strimzi-admin": ["password", "sasl.jaas.config"],
      "pg-superuser": ["password", "username"],
      "pg-ca": ["ca.crt", "ca.key"],
    };
    expect(judgeSecrets(wanted, found, "trading").map(({ state }) => state)).toEqual(["fine", "fine", "fine"]);
  });

  it("names what is missing, and says how to make it", () => {
    const [kafka, postgres, authority] = judgeSecrets(wanted, { "pg-superuser": ["user", "password"] }, "trading");
    expect(kafka).toMatchObject({ check: "secret for kafka", state: "missing" });
    expect(kafka?.advice).toContain("kubectl -n trading create secret generic strimzi-admin --from-literal=password=…");
    expect(postgres?.found).toBe("pg-superuser has no key username, only: user, password");
    expect(postgres?.advice).toBe("add username to it, or name the user in managed.url");
    expect(authority?.advice).toContain("kubectl -n trading create secret generic pg-ca --from-file=ca.crt=FILE");
  });
});
