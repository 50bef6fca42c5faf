// Serves Pulumi's ResourceProvider for Kubernetes objects: `main.ts [--flag=value]... [ENGINE-ADDRESS]`. Says its port on stdout.
import { enableCompileCache } from "node:module";
import { loadSdk } from "./sdk.ts";
import { Service } from "./service.ts";

const PARENT_POLL_MS = 1000;
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024; // the engine's own limit

enableCompileCache();
const engine = process.argv.slice(2).findLast((argument) => !argument.startsWith("-")) ?? "";
const directory = process.cwd();
const sdk = loadSdk(directory);
const server = new sdk.grpc.Server({
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
});
const service = new Service(sdk, directory, engine);
server.addService(sdk.services.ResourceProviderService, service.implementation());
server.bindAsync("127.0.0.1:0", sdk.grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});

/** What is under way ends at once with what there is of it, and is answered before the process goes. */
function shutDown(): void {
  service.cancel();
  server.tryShutdown(() => process.exit(0));
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, shutDown);

// An engine that was killed, or failed early, says no goodbye; the plugin must not outlive it.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.exit(1), PARENT_POLL_MS).unref();
