import { setTimeout as sleep } from "node:timers/promises";

/** Polls until `look` gives something other than undefined; the last thing it complained of is in the error. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined>, timeoutMs = 120_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let complaint = "nothing yet";
  while (Date.now() < deadline) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      complaint = error instanceof Error ? error.message : String(error);
    }
    await sleep(500);
  }
  throw new Error(`${what}: not within ${timeoutMs / 1000} s; last: ${complaint}`);
}
