import type { Context } from "../session.ts";

/** Set by the entry script, so it never differs here; it makes every start of the program quicker. */
const always = new Set(["NODE_COMPILE_CACHE"]);

/** Only what differs from the caller's environment, as a shell reads it. Values are quoted; no secret is among them, only paths. */
export function renderExports(env: NodeJS.ProcessEnv, current: NodeJS.ProcessEnv): string {
  const changed = Object.entries(env).filter(
    ([key, value]) => value !== undefined && (value !== current[key] || always.has(key)),
  );
  const lines = changed
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `export ${key}='${value?.replaceAll("'", "'\\''")}'`);
  const gone = Object.keys(current).filter((key) => key in env && env[key] === undefined);
  return [...lines, ...gone.sort().map((key) => `unset ${key}`)].join("\n");
}

/** What a shell needs so that plain `pulumi up -s dev` works. */
export const printEnv = (context: Context): void => {
  process.stdout.write(`${renderExports(context.env, process.env)}\n`);
};
