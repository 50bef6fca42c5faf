/** Lists that keep themselves up to date, and work that follows their changes. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Informer,
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  makeInformer,
  type ObjectCache,
} from "@kubernetes/client-node";

/** Changes come in bunches; a new pod's program takes longer to start. */
const SETTLE_MS = 30;
const RETRY_MS = 500;

/** Keeps a list up to date for ever, whatever happens to the API server, and tells of every change. */
export async function watch<T extends KubernetesObject>(
  config: KubeConfig,
  path: string,
  list: () => Promise<KubernetesListObject<T>>,
  onChange: () => void,
): Promise<Informer<T> & ObjectCache<T>> {
  const informer = makeInformer<T>(config, path, list);
  for (const verb of ["add", "update", "delete"] as const) informer.on(verb, onChange);
  const restart = async (): Promise<void> => {
    for (;;) {
      await sleep(RETRY_MS);
      const failed = await informer.start().then(() => undefined, String);
      if (failed === undefined) return onChange();
      console.error(`watch ${path}: ${failed}`);
    }
  };
  informer.on("error", (error) => {
    console.error(`watch ${path}: ${error}`);
    void restart();
  });
  await informer.start().catch(restart);
  return informer;
}

/** Runs `work` a little after the first of a bunch of calls, never twice at a time, and again until it succeeds. */
export function settled(work: () => Promise<void>): () => void {
  let wanted = false;
  let busy = false;
  const go = async (): Promise<void> => {
    busy = true;
    while (wanted) {
      await sleep(SETTLE_MS);
      wanted = false;
      await work().catch(async (error: unknown) => {
        console.error(String(error));
        wanted = true;
        await sleep(RETRY_MS);
      });
    }
    busy = false;
  };
  return () => {
    wanted = true;
    if (!busy) void go();
  };
}
