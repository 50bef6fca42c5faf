import { writeFileSync } from "node:fs";
import { LOCK_FILE, readLock, THIRD_PARTY } from "../../infra/images.ts";
import { lockImages, resolveDigest } from "../../infra/images-lock.ts";

/** Asks the registries for every digest and rewrites images/lock.json; nothing is written when one of them does not answer. */
export async function lockDigests(): Promise<void> {
  const before = readLock();
  const after = await lockImages(THIRD_PARTY, resolveDigest);
  writeFileSync(LOCK_FILE, `${JSON.stringify(after, null, 2)}\n`);
  for (const [reference, { digest }] of Object.entries(after)) {
    const old = before[reference]?.digest;
    process.stdout.write(`${old === digest ? "same   " : "changed"} ${reference} ${digest}\n`);
  }
}
