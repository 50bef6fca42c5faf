/** Logs of pods, as they come. */
import https from "node:https";
import { createInterface } from "node:readline";
import type { LogOptions } from "../runtime.ts";
import type { Cluster } from "./cluster.ts";
import { explained } from "./cluster.ts";
import type { Place } from "./exec.ts";

/** Of one pod as it is; of several with the pod's name before each line. */
export async function printLogs(cluster: Cluster, places: Place[], options: LogOptions): Promise<number> {
  const one = async ({ pod, container }: Place): Promise<void> => {
    const mark = places.length > 1 ? `${pod} | ` : "";
    await eachLine(cluster, { pod, container }, options, (line) => void process.stdout.write(`${mark}${line}\n`));
  };
  if (options.follow) await Promise.all(places.map(one));
  else for (const place of places) await one(place);
  return 0;
}

async function eachLine(
  cluster: Cluster,
  { pod, container }: Place,
  { follow, tail }: LogOptions,
  onLine: (line: string) => void,
): Promise<void> {
  const url = new URL(`${cluster.server}/api/v1/namespaces/${cluster.namespace}/pods/${pod}/log`);
  const query = { container, follow: String(follow), ...(/^\d+$/.test(tail) && { tailLines: tail }) };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const options: https.RequestOptions = { method: "GET", timeout: 30_000 };
  await cluster.config.applyToHTTPSOptions(options);
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => reject(explained(cluster, `read the log of ${pod}`, error));
    const request = https.request(url, options, (response) => {
      const lines = createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY });
      const refused: string[] = [];
      lines.on("line", (line) => (response.statusCode === 200 ? onLine(line) : refused.push(line)));
      lines.on("close", () => (response.statusCode === 200 ? resolve() : fail(new Error(wordsOf(refused.join("\n"))))));
      response.on("error", fail);
      // A quiet log is no silent server.
      request.setTimeout(0);
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 30 s")));
    request.on("error", fail);
    request.end();
  });
}

function wordsOf(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? body;
  } catch {
    return body;
  }
}
