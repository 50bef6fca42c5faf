/** The step tree a person watches: each step with its elapsed time and what it waits for; plain lines where there is no terminal. */
import {
  type DefaultRenderer,
  LISTR_DEFAULT_RENDERER_STYLE,
  LISTR_LOGGER_STYLE,
  Listr,
  type ListrDefaultRendererLogLevels,
  ListrLogger,
  type ListrTask,
  PRESET_TIMER,
  ProcessOutput,
  type SimpleRenderer,
} from "listr2";

/** Says what the step is doing or waiting for right now, or what it has just done. */
export type Report = (text: string, kind?: "waiting" | "done") => void;

export interface Step<Context> {
  title: string;
  /** A returned text is added to the title when the step is done. */
  run: (context: Context, report: Report) => Promise<string | undefined>;
}

const elapsed = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Without a terminal every line stays, so what a step waits for is told this often at most (milliseconds). */
const patience = 15_000;

/** Hands reports on: all that differ to a terminal; to a file, what is done and now and then what is waited for. */
export function reporter(write: (text: string) => void, isTerminal: boolean, now: () => number = Date.now): Report {
  let last = "";
  let told = Number.NEGATIVE_INFINITY;
  return (text, kind = "waiting") => {
    const isNews = kind === "done" || isTerminal || now() - told >= patience;
    if (text === last || !isNews) return;
    if (kind === "waiting") told = now();
    last = text;
    write(text);
  };
}

function toTask<Context>(step: Step<Context>): ListrTask<Context, typeof DefaultRenderer, typeof SimpleRenderer> {
  return {
    title: step.title,
    task: async (context, task) => {
      const started = Date.now();
      const write = (text: string): void => {
        task.output = text;
      };
      const report = reporter(write, process.stderr.isTTY);
      const note = await step.run(context, report);
      if (note !== undefined) task.title = `${step.title}: ${note}`;
      if (!process.stderr.isTTY) task.title = `${task.title} (${elapsed(started)})`;
    },
  };
}

/** Everything about progress goes to standard error: standard output is for results that a script reads. */
const toStderr = new ProcessOutput(process.stderr, process.stderr);

/** Runs the steps one after the other, showing them on standard error, so that standard output stays for results. */
export async function runSteps<Context>(steps: Step<Context>[], context: Context): Promise<void> {
  const list = new Listr<Context, "default", "simple">(steps.map(toTask), {
    concurrent: false,
    exitOnError: true,
    // Ctrl-C is handled once, in main.ts, which also ends the children.
    registerSignalListeners: false,
    renderer: "default",
    fallbackRenderer: "simple",
    rendererOptions: {
      timer: PRESET_TIMER,
      showErrorMessage: false,
      collapseErrors: false,
      logger: new ListrLogger<ListrDefaultRendererLogLevels>({
        processOutput: toStderr,
        useIcons: true,
        ...LISTR_DEFAULT_RENDERER_STYLE,
      }),
    },
    fallbackRendererOptions: {
      logger: new ListrLogger({ processOutput: toStderr, useIcons: true, ...LISTR_LOGGER_STYLE }),
    },
    fallbackRendererCondition: () => !process.stderr.isTTY,
  });
  await list.run(context);
}
