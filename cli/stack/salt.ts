/** The salt that Pulumi writes into `Pulumi.<stack>.yaml`. For a local stack it belongs to this user's passphrase, not to the checkout. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { projectRoot } from "../paths.ts";
import { run } from "../process.ts";
import { configFile } from "./backend.ts";

export const withoutSalt = (text: string): string => text.replaceAll(/^encryptionsalt:.*\n?/gm, "");

/** Values encrypted with a passphrase that is gone can't be read any more; their salt is left, so that Pulumi says so itself. */
const hasSecureValues = (text: string): boolean => /^\s+secure:/m.test(text);

/** A salt without its passphrase would make the next run fail with "incorrect passphrase". */
export function forgetSalt(stack: string): void {
  const file = configFile(stack);
  if (!existsSync(file)) return;
  const text = readFileSync(file, "utf8");
  if (!hasSecureValues(text) && withoutSalt(text) !== text) writeFileSync(file, withoutSalt(text));
}

/** Lets git see the file without the salt; outside a checkout there is nothing to tell. */
export async function hideSaltFromGit(): Promise<void> {
  const args = ["config", "--local", "filter.horizon-salt.clean", "sed '/^encryptionsalt:/d'"];
  await run("git", args, { cwd: projectRoot, timeout: 10_000 }).catch(() => undefined);
}
