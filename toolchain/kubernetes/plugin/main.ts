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
server.addService(sdk.services.ResourceProviderService, new Service(sdk, directory, engine).implementation());
server.bindAsync("127.0.0.1:0", sdk.grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});

function shutDown(): void {
  server.tryShutdown(() => process.exit(0));
}
// The engine ends its plugins after it has told them to cancel; a signal from the terminal is for the engine alone.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", shutDown);

// An engine that was killed, or failed early, says no goodbye; the plugin must not outlive it.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.exit(1), PARENT_POLL_MS).unref();
