import { container, docker, initContainer, pod } from "../examples.ts";
import type { Rule } from "../rule.ts";

const credentialName = /(PASS(WORD|WD|PHRASE)?|SECRET|TOKEN|CREDENTIALS?|(API|PRIVATE|ACCESS|SIGNING)_?KEY|AUTH)$/i;
const urlWithPassword = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i;

/** Pulumi shows a policy the plain value even of a secret, so the rule judges by name, shape and source, never by secrecy. */
export const noSecretInEnvironment: Rule = {
  name: "no-secret-in-environment",
  description: "Credentials come from files; the environment holds at most the file's path.",
  level: "mandatory",
  remedy: {
    docker: "pass the path of a secret file, in a variable that ends in _FILE",
    kubernetes: "mount the Secret and pass the path, in a variable that ends in _FILE",
  },
  checks: {
    process: [
      {
        finds: ({ environment }) => {
          for (const { name, value, secret } of environment) {
            if (secret) return `${name} is filled from a Secret`;
            if (value !== "" && credentialName.test(name)) return `${name} holds a credential`;
            if (urlWithPassword.test(value)) return `${name} holds a URL with a password`;
          }
          return undefined;
        },
      },
    ],
  },
  examples: {
    compliant: [
      docker(),
      docker({ envs: ["PASSWORD=", "TOKENIZER=fast", "DOCS=https://example.org/a:b@c"] }),
      pod(),
      container({ env: [{ name: "POD_IP", valueFrom: { fieldRef: {} } }], envFrom: [{ configMapRef: { name: "x" } }] }),
    ],
    offending: [
      docker({ envs: ["POSTGRES_PASSWORD=hunter2"] }),
      docker({ envs: ["API_TOKEN=abc"] }),
      docker({ envs: ["SIGNING_KEY=abc"] }),
      docker({ envs: ["DATABASE_URL=postgres://app:hunter2@postgres:5432/app"] }),
      container({ env: [{ name: "POSTGRES_PASSWORD", value: "hunter2" }] }),
      container({ env: [{ name: "PGPASS", valueFrom: { secretKeyRef: { name: "postgres", key: "password" } } }] }),
      container({ envFrom: [{ secretRef: { name: "postgres" } }] }),
      initContainer({ env: [{ name: "DATABASE_URL", value: "postgres://app:hunter2@postgres:5432/app" }] }),
    ],
  },
};
