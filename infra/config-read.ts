/** The configuration as a program has it. Nothing else reads Pulumi's. */
import { runtime, secret } from "@pulumi/pulumi";
import { type Config, type PlainConfig, parseConfig, sections } from "./config.ts";

/** The configuration of the stack that runs. */
export function readConfig(): Config {
  return withSecrets(parseConfig(sections(runtime.allConfig())));
}

/** Marks what is secret, so that Pulumi keeps it so. */
export function withSecrets({ alertmanager, ...plain }: PlainConfig): Config {
  const { webhook } = alertmanager;
  return { ...plain, alertmanager: webhook === undefined ? {} : { webhook: secret(webhook) } };
}
