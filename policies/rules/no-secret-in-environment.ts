import { type ContainerRule, known } from "../container.ts";
import { hardened } from "../hardened.ts";

const credentialName = /(PASS(WORD|WD|PHRASE)?|SECRET|TOKEN|CREDENTIALS?|(API|PRIVATE|ACCESS|SIGNING)_?KEY|AUTH)$/i;
const urlWithPassword = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i;

/** Pulumi shows a policy the plain value even of a secret, so the rule judges by name and shape, never by secrecy. */
export const noSecretInEnvironment: ContainerRule = {
  name: "no-secret-in-environment",
  description: "Credentials come from files; the environment holds at most the file's path.",
  level: "mandatory",
  judge: (container) => {
    for (const entry of known(() => container.envs) ?? []) {
      const name = entry.slice(0, entry.indexOf("="));
      const value = entry.slice(entry.indexOf("=") + 1);
      if (value === "") continue;
      if (credentialName.test(name))
        return `${name} holds a credential; pass the path of a secret file as ${name}_FILE`;
      if (urlWithPassword.test(value)) return `${name} holds a URL with a password; pass the password by a secret file`;
    }
    return undefined;
  },
  examples: {
    compliant: [hardened, { ...hardened, envs: ["PASSWORD=", "TOKENIZER=fast", "DOCS=https://example.org/a:b@c"] }],
    offending: [
      { ...hardened, envs: ["POSTGRES_PASSWORD=hunter2"] },
      { ...hardened, envs: ["API_TOKEN=abc"] },
      { ...hardened, envs: ["SIGNING_KEY=abc"] },
      { ...hardened, envs: ["DATABASE_URL=postgres://app:hunter2@postgres:5432/app"] },
    ],
  },
};
