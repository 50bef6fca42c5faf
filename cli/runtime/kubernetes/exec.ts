/** Commands inside a pod, over the API server's own channel: no kubectl is needed. */
import { PassThrough, type Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { Exec, type V1Status } from "@kubernetes/client-node";
import { collect, type Finished } from "../../process.ts";
import type { Inside } from "../runtime.ts";
import type { Cluster } from "./cluster.ts";

export interface Place {
  pod: string;
  container: string;
}

/** What is sent but not yet taken by the other side, in bytes; a large capture must not gather in memory. */
const inFlight = 1 << 20;

/** How long the API server, and behind it the node, may take to begin; in milliseconds. */
const connectLimit = 30_000;

/** To its end. Throws when the command can't be started; a lost connection, and time run out, have exit code 255. */
export async function runIn(
  cluster: Cluster,
  { pod, container }: Place,
  command: string[],
  options: Inside,
): Promise<Finished> {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const out = { stdout: "", stderr: "" };
  const read = (["stdout", "stderr"] as const).map((from) => collect(streams[from], from, out, options));
  const stdin = options.input === undefined ? null : new PassThrough();
  const socket = await open(cluster, { pod, container }, command, { ...streams, stdin }, false);
  const timer = setTimeout(() => socket.lose(`no end after ${options.timeout / 1000} s`), options.timeout);
  if (stdin !== null) void feed(stdin, options.input ?? "", socket);
  const { code, reason } = await socket.ended;
  clearTimeout(timer);
  for (const stream of Object.values(streams)) stream.end();
  await Promise.all(read);
  return { code, stdout: out.stdout, stderr: `${out.stderr}${reason ?? ""}` };
}

/** With this terminal where there is one. */
export async function attachTo(cluster: Cluster, place: Place, command: string[]): Promise<number> {
  const { stdin, stdout, stderr } = process;
  // Never absent: the API server takes an empty `tty` for a yes.
  const terminal = stdin.isTTY === true && stdout.isTTY === true;
  if (terminal) stdin.setRawMode(true);
  // The library ends what it is given; the terminal must stay.
  const streams = { stdin, stdout: terminal ? stdout : kept(stdout), stderr: terminal ? null : kept(stderr) };
  try {
    const socket = await open(cluster, place, command, streams, terminal);
    const { code, reason } = await socket.ended;
    if (reason !== undefined) stderr.write(`${reason}\n`);
    return code;
  } finally {
    if (terminal) stdin.setRawMode(false);
    // It would keep this program waiting for input that nobody takes.
    stdin.destroy();
  }
}

const kept = (target: Writable): Writable =>
  new Writable({ write: (chunk, _, done) => void target.write(chunk, () => done()) });

interface Streams {
  stdin: Readable | null;
  stdout: Writable;
  stderr: Writable | null;
}

interface Open {
  /** Bytes on their way. */
  waiting(): number;
  isOpen(): boolean;
  lose(reason: string): void;
  ended: Promise<End>;
}

interface End {
  code: number;
  /** Why, where the command itself did not say. */
  reason?: string;
}

async function open(
  cluster: Cluster,
  { pod, container }: Place,
  command: string[],
  { stdin, stdout, stderr }: Streams,
  terminal: boolean,
): Promise<Open> {
  let settle: (end: End) => void = () => undefined;
  const ended = new Promise<End>((resolve) => {
    settle = resolve;
  });
  const onStatus = (status: V1Status): void => settle(toEnd(status));
  const exec = new Exec(cluster.config);
  const started = exec.exec(cluster.namespace, pod, container, command, stdout, stderr, stdin, terminal, onStatus);
  const socket = await Promise.race([started, tooLong()]);
  socket.onclose = () => settle({ code: 255, reason: "the connection to the cluster was lost" });
  socket.onerror = ({ message }: { message: string }) =>
    settle({ code: 255, reason: `the connection to the cluster was lost: ${message}` });
  return {
    waiting: () => socket.bufferedAmount,
    isOpen: () => socket.readyState === socket.OPEN,
    lose: (reason) => {
      settle({ code: 255, reason });
      socket.terminate?.();
    },
    ended,
  };
}

async function tooLong(): Promise<never> {
  await sleep(connectLimit, undefined, { ref: false });
  throw new Error(`no answer within ${connectLimit / 1000} s`);
}

/** The exit code as the API server reports it: among the causes of a failure. */
export function toEnd({ status, message, details }: V1Status): End {
  if (status === "Success") return { code: 0 };
  const exit = details?.causes?.find(({ reason }) => reason === "ExitCode")?.message;
  return exit === undefined ? { code: 255, reason: message ?? "failed without a word" } : { code: Number(exit) };
}

/** Hands the input on as fast as it is taken. */
async function feed(stdin: PassThrough, input: string | Readable, socket: Open): Promise<void> {
  for await (const chunk of typeof input === "string" ? [input] : input) {
    while (socket.isOpen() && socket.waiting() > inFlight) await sleep(5);
    if (!socket.isOpen()) return;
    if (!stdin.write(chunk)) await sleep(0);
  }
  stdin.end();
}
