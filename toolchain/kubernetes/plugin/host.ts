/** What the plugin says to the engine: messages that stay, and the status line of a resource, which is overwritten. */
import type { Sdk } from "./sdk.ts";

export interface Host {
  warn: (urn: string, message: string) => void;
  status: (urn: string, message: string) => void;
}

export function connectHost({ grpc, engine, engineServices }: Sdk, address: string): Host {
  const client = new engineServices.EngineClient(address, grpc.credentials.createInsecure());
  const send = (urn: string, message: string, severity: 1 | 2, ephemeral: boolean) => {
    const request = new engine.LogRequest()
      .setSeverity(severity)
      .setMessage(message)
      .setUrn(urn)
      .setEphemeral(ephemeral);
    client.log(request, () => undefined); // an engine that no longer listens needs no log
  };
  return {
    warn: (urn, message) => send(urn, message, engine.LogSeverity.WARNING, false),
    status: (urn, message) => send(urn, message.replaceAll(/\s*\n\s*/g, " "), engine.LogSeverity.INFO, true),
  };
}

export const SILENT: Host = { warn: () => undefined, status: () => undefined };
