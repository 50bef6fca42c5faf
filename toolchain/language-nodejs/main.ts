// Serves Pulumi's LanguageRuntime for Node programs: `main.ts [--flag=value]... [ENGINE-ADDRESS]`. Says its port on stdout.
import { enableCompileCache } from "node:module";
import { stopAll } from "./children.ts";
import { createHost } from "./host.ts";
import { loadSdk } from "./sdk.ts";

const PARENT_POLL_MS = 1000;
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024; // the engine's own limit

enableCompileCache();
const engine = process.argv.slice(2).findLast((argument) => !argument.startsWith("-")) ?? "";
const sdk = loadSdk(process.cwd());
const server = new sdk.grpc.Server({
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
});
server.addService(sdk.services.LanguageRuntimeService, createHost(sdk, engine));
server.bindAsync("127.0.0.1:0", sdk.grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});

function shutDown(): void {
  stopAll();
  server.tryShutdown(() => process.exit(0));
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, shutDown);

// An engine that was killed, or failed early, says no goodbye; the host must not outlive it.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && shutDown(), PARENT_POLL_MS).unref();
