/** The plugin as the engine runs it: its own process, spoken to over gRPC, with an engine that hears what it logs. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import grpc from "@grpc/grpc-js";
import engineServices from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import status from "@pulumi/pulumi/proto/status_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { Fields } from "./plugin/values.ts";

type Done<Response> = (error: grpc.ServiceError | null, response: Response) => void;

const ROOT = join(import.meta.dirname, "..", "..");

export class PluginProcess {
  readonly client: InstanceType<typeof services.ResourceProviderClient>;
  readonly child: ChildProcess;
  readonly logs: string[];
  readonly #engine: grpc.Server;

  private constructor(child: ChildProcess, port: string, engine: grpc.Server, logs: string[]) {
    this.child = child;
    this.client = new services.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    this.#engine = engine;
    this.logs = logs;
  }

  static async start(): Promise<PluginProcess> {
    const logs: string[] = [];
    const engine = new grpc.Server();
    engine.addService(engineServices.EngineService as grpc.ServiceDefinition, {
      log: (call: { request: LogRequest }, reply: (error: null, value: empty.Empty) => void) => {
        logs.push(`${call.request.getEphemeral() ? "status" : "message"}: ${call.request.getMessage()}`);
        reply(null, new empty.Empty());
      },
    });
    const enginePort = await promisify<string, grpc.ServerCredentials, number>(engine.bindAsync.bind(engine))(
      "127.0.0.1:0",
      grpc.ServerCredentials.createInsecure(),
    );
    const child = spawn(
      join(import.meta.dirname, "plugin", "pulumi-resource-kubernetes"),
      [`127.0.0.1:${enginePort}`],
      {
        cwd: ROOT,
        env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}`, KUBECONFIG: "/dev/null" },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    if (!child.stdout) throw new Error("no stdout");
    const [port] = await once(createInterface({ input: child.stdout }), "line");
    return new PluginProcess(child, port, engine, logs);
  }

  async stop(): Promise<number | null> {
    this.client.close();
    this.#engine.forceShutdown();
    this.child.kill("SIGTERM");
    if (this.child.exitCode === null) await once(this.child, "exit");
    return this.child.exitCode;
  }

  /** The stubs' overloads leave no type to infer, so the caller names the response. */
  call<Response>(method: (...parameters: never[]) => unknown, request: unknown): Promise<Response> {
    return promisify(method.bind(this.client) as (request: unknown, done: Done<Response>) => void)(request);
  }

  configure(variables: Record<string, string>) {
    const request = new provider.ConfigureRequest().setAcceptsecrets(true);
    for (const [key, value] of Object.entries(variables))
      request.getVariablesMap().set(`kubernetes:config:${key}`, value);
    return this.call<provider.ConfigureResponse>(this.client.configure, request);
  }

  async check(type: string, news: Fields, olds: Fields = {}): Promise<Fields> {
    const request = new provider.CheckRequest().setUrn(urnOf(type)).setNews(structOf(news)).setOlds(structOf(olds));
    const answer = await this.call<provider.CheckResponse>(
      this.client.check,
      request.setRandomseed(Uint8Array.of(1, 2, 3)),
    );
    return fieldsOf(answer.getInputs());
  }

  async create(type: string, inputs: Fields, options: { preview?: boolean; timeout?: number } = {}) {
    const request = new provider.CreateRequest().setUrn(urnOf(type)).setProperties(structOf(inputs));
    request.setPreview(options.preview ?? false).setTimeout(options.timeout ?? 0);
    const answer = await this.call<provider.CreateResponse>(this.client.create, request);
    return { id: answer.getId(), properties: fieldsOf(answer.getProperties()) };
  }

  async update(type: string, olds: Fields, news: Fields): Promise<Fields> {
    const request = new provider.UpdateRequest().setUrn(urnOf(type)).setOlds(structOf(olds)).setNews(structOf(news));
    return fieldsOf((await this.call<provider.UpdateResponse>(this.client.update, request)).getProperties());
  }

  async diff(type: string, olds: Fields, news: Fields) {
    const request = new provider.DiffRequest().setUrn(urnOf(type)).setOlds(structOf(olds)).setNews(structOf(news));
    const answer = await this.call<provider.DiffResponse>(this.client.diff, request);
    const paths = answer
      .getDetaileddiffMap()
      .getEntryList()
      .map(([path]) => path)
      .sort();
    return { paths, replaces: answer.getReplacesList() };
  }

  async read(type: string, id: string, inputs: Fields, properties: Fields) {
    const request = new provider.ReadRequest().setUrn(urnOf(type)).setId(id).setInputs(structOf(inputs));
    const answer = await this.call<provider.ReadResponse>(
      this.client.read,
      request.setProperties(structOf(properties)),
    );
    return { id: answer.getId(), inputs: fieldsOf(answer.getInputs()), properties: fieldsOf(answer.getProperties()) };
  }

  async delete(type: string, id: string, properties: Fields): Promise<void> {
    const request = new provider.DeleteRequest().setUrn(urnOf(type)).setId(id).setProperties(structOf(properties));
    await this.call(this.client.delete, request);
  }
}

const urnOf = (type: string): string => `urn:pulumi:dev::test::kubernetes:${type}::resource`;
const structOf = (fields: Fields) => struct.Struct.fromJavaScript(fields as Record<string, struct.JavaScriptValue>);
const fieldsOf = (value: struct.Struct | undefined): Fields => (value?.toJavaScript() ?? {}) as Fields;

/** What an error says of an object that is there but not ready. */
export function initFailure(error: unknown) {
  const [bytes] = (error as grpc.ServiceError).metadata.get("grpc-status-details-bin");
  const [detail] = status.Status.deserializeBinary(bytes as Uint8Array).getDetailsList();
  const failed = provider.ErrorResourceInitFailed.deserializeBinary(detail?.getValue_asU8() ?? new Uint8Array());
  return { id: failed.getId(), reasons: failed.getReasonsList(), properties: fieldsOf(failed.getProperties()) };
}
