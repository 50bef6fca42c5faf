/**
 * A bounded stream of HTTPS requests, in a process of its own because it runs in another network namespace. Settings come as JSON in
 * the first argument; when its input ends, it stops and prints what became of the requests.
 */
import type { IncomingMessage } from "node:http";
import { Agent, type RequestOptions, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import type { Sent, Settings } from "./load.ts";

const patience = 10_000;

const { host, port, authority, streams } = JSON.parse(process.argv[2] ?? "") as Settings;

/** What of a request is the same for all: the certificate is made out to the name. */
const common: RequestOptions = { host, port, ca: authority, servername: "gateway", headers: { host: "gateway" } };

interface Answer {
  /** The HTTP status, or what came in its place. */
  how: string;
  /** The server closed a kept connection just when the request went out: no answer, and HTTP lets the client ask again. */
  raced: boolean;
}

/** Whoever is told that something is away must be told when to come again. */
const statusOf = ({ statusCode = 0, headers }: IncomingMessage): string =>
  statusCode >= 500 && headers["retry-after"] === undefined ? `${statusCode} without Retry-After` : String(statusCode);

const ask = (path: string, agent: Agent): Promise<Answer> =>
  new Promise((resolve) => {
    const call = request({ ...common, path, agent }, (response) => {
      response.on("error", ({ message }) => resolve({ how: `broken off: ${message}`, raced: false }));
      response.on("end", () => resolve({ how: statusOf(response), raced: false }));
      response.resume();
    });
    // Of the whole request, also while it waits for a connection.
    const timer = setTimeout(() => call.destroy(new Error("timeout")), patience);
    call.on("close", () => clearTimeout(timer));
    call.on("error", (error: NodeJS.ErrnoException) => {
      const closed = ["ECONNRESET", "EPIPE"].includes(error.code ?? "");
      resolve({ how: error.code ?? error.message, raced: call.reusedSocket && closed });
    });
    call.end();
  });

let stopping = false;
process.stdin.on("end", () => {
  stopping = true;
});
process.stdin.resume();

/** Closed loop: the next request waits for the answer to this one. */
async function stream({ name, path, perSecond, keep }: Settings["streams"][number]): Promise<Sent> {
  const agent = new Agent({ keepAlive: keep, maxSockets: 1 });
  const sent: Sent = { name, answers: {}, raced: 0, failures: [], slowest: 0 };
  while (!stopping) {
    const began = Date.now();
    let answer = await ask(path, agent);
    if (answer.raced) {
      sent.raced += 1;
      answer = await ask(path, agent);
    }
    const took = Date.now() - began;
    sent.slowest = Math.max(sent.slowest, took);
    sent.answers[answer.how] = (sent.answers[answer.how] ?? 0) + 1;
    if (answer.how !== "200") sent.failures.push({ at: new Date(began).toISOString(), how: answer.how });
    await sleep(Math.max(0, 1000 / perSecond - took));
  }
  agent.destroy();
  return sent;
}

console.log(JSON.stringify(await Promise.all(streams.map(stream))));
