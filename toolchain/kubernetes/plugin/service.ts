/**
 * Pulumi's ResourceProvider service: each call unpacked, handed to what does the work, and its result packed again.
 * A method that is absent answers "unimplemented", which the engine takes as it is.
 */
import type { handleUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb.js";
import type * as pb from "@pulumi/pulumi/proto/provider_pb.js";
import type { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import { diffResponse, failure, toFields, toStruct } from "./answers.ts";
import { clusterIdentity, loadKubeConfig } from "./cluster.ts";
import { connectHost, type Host, SILENT } from "./host.ts";
import type { Naming } from "./names.ts";
import { check, diff } from "./plan.ts";
import { read, remove } from "./read.ts";
import { Refusal } from "./refusal.ts";
import { loadClient, type Sdk } from "./sdk.ts";
import { openSession, type Session } from "./session.ts";
import { parseSettings, settingsProblems } from "./settings.ts";
import { readState } from "./state.ts";
import { kindOfToken } from "./tokens.ts";
import { type Fields, hasUnknown, isUnknown, reveal } from "./values.ts";
import { write } from "./write.ts";

/** One plugin process: at first without a cluster, which Configure tells it. */
export class Service {
  readonly #sdk: Sdk;
  readonly #directory: string;
  readonly #cancelled = new AbortController();
  #host: Host = SILENT;
  #session: Session | undefined;

  constructor(sdk: Sdk, directory: string, engine: string) {
    this.#sdk = sdk;
    this.#directory = directory;
    if (engine !== "") this.#host = connectHost(sdk, engine);
  }

  implementation(): UntypedServiceImplementation {
    return { ...this.#aboutItself(), ...this.#configuration(), ...this.#planning(), ...this.#doing() };
  }

  #aboutItself(): UntypedServiceImplementation {
    const { provider, plugin, version, empty } = this.#sdk;
    const schema = JSON.stringify({ name: "kubernetes", version });
    return {
      handshake: this.#unary(async (request: pb.ProviderHandshakeRequest) => {
        this.#host = connectHost(this.#sdk, request.getEngineAddress());
        return new provider.ProviderHandshakeResponse().setAcceptSecrets(true).setSupportsAutonamingConfiguration(true);
      }),
      attach: this.#unary(async (request: PluginAttach) => {
        this.#host = connectHost(this.#sdk, request.getAddress());
        return new empty.Empty();
      }),
      getPluginInfo: this.#unary(async (_: Empty) => new plugin.PluginInfo().setVersion(version)),
      getSchema: this.#unary(async (_: pb.GetSchemaRequest) => new provider.GetSchemaResponse().setSchema(schema)),
      getMapping: this.#unary(async (_: pb.GetMappingRequest) => new provider.GetMappingResponse()),
      cancel: this.#unary(async (_: Empty) => {
        this.#cancelled.abort(new Error("cancelled"));
        return new empty.Empty();
      }),
      invoke: this.#unary(async (request: pb.InvokeRequest): Promise<pb.InvokeResponse> => {
        throw new Refusal({
          what: `the function ${request.getTok()} is not served by this plugin`,
          given: request.getTok(),
          allowed: "resources only",
          remedy: "declare the objects themselves, or install with HORIZON_TOOLCHAIN=download for the official plugin",
        });
      }),
    };
  }

  #configuration(): UntypedServiceImplementation {
    const { provider } = this.#sdk;
    return {
      checkConfig: this.#unary(async (request: pb.CheckRequest) => {
        const failures = settingsProblems(variablesOf(toFields(request.getNews()))).map(({ property, reason }) =>
          new provider.CheckFailure().setProperty(property).setReason(reason),
        );
        return new provider.CheckResponse().setInputs(request.getNews()).setFailuresList(failures);
      }),
      diffConfig: this.#unary(async (request: pb.DiffRequest) => {
        const changes = await this.#configChanges(toFields(request.getOlds()), toFields(request.getNews()));
        return diffResponse(this.#sdk, { changes, deleteBeforeReplace: false });
      }),
      configure: this.#unary(async (request: pb.ConfigureRequest) => {
        const given = request.getVariablesMap().toArray();
        const variables = Object.fromEntries(
          given.map(([key, value]) => [key.replace("kubernetes:config:", ""), value]),
        );
        const client = await loadClient(this.#directory);
        this.#session = await openSession(client, parseSettings(variables), this.#host, this.#cancelled.signal);
        return new provider.ConfigureResponse()
          .setAcceptsecrets(true)
          .setSupportspreview(true)
          .setSupportsAutonamingConfiguration(true);
      }),
    };
  }

  /** Another cluster means other objects, so all are replaced; the same one by another way means nothing. */
  async #configChanges(olds: Fields, news: Fields) {
    const [before, after] = [variablesOf(olds), variablesOf(news)];
    const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
      (key) => before[key] !== after[key],
    );
    const pinned = before.clusterIdentifier;
    const moved = pinned
      ? after.clusterIdentifier !== pinned && Boolean(after.clusterIdentifier)
      : await this.#moves(olds, news);
    const decisive = pinned ? ["clusterIdentifier"] : ["kubeconfig", "context", "cluster"];
    return changed.map((key) => ({ path: [key], kind: "update" as const, replace: moved && decisive.includes(key) }));
  }

  async #moves(olds: Fields, news: Fields): Promise<boolean> {
    if (["kubeconfig", "context", "cluster"].some((key) => hasUnknown(news[key]))) return true;
    const client = await loadClient(this.#directory);
    try {
      const [before, after] = [olds, news].map((fields) => loadKubeConfig(client, parseSettings(variablesOf(fields))));
      return before !== undefined && after !== undefined && clusterIdentity(before) !== clusterIdentity(after);
    } catch {
      return false; // an unreadable kubeconfig points nowhere; the operations say what is wrong with it
    }
  }

  #planning(): UntypedServiceImplementation {
    const { provider } = this.#sdk;
    return {
      check: this.#unary(async (request: pb.CheckRequest) => {
        const kind = kindOfToken(typeOf(request.getUrn()));
        const [olds, news] = [toFields(request.getOlds()), toFields(request.getNews())];
        const inputs = await check(this.#ready(), {
          urn: request.getUrn(),
          kind,
          olds,
          news,
          naming: namingOf(request),
        });
        return new provider.CheckResponse().setInputs(toStruct(this.#sdk, inputs));
      }),
      diff: this.#unary(async (request: pb.DiffRequest) => {
        const [olds, news] = [toFields(request.getOlds()), toFields(request.getNews())];
        return diffResponse(this.#sdk, await diff(this.#ready(), olds, news, request.getIgnorechangesList()));
      }),
    };
  }

  #doing(): UntypedServiceImplementation {
    const { provider, empty } = this.#sdk;
    return {
      create: this.#unary(async (request: pb.CreateRequest) => {
        const inputs = toFields(request.getProperties());
        const options = { urn: request.getUrn(), preview: request.getPreview(), timeoutSeconds: request.getTimeout() };
        const { id, properties } = await write(this.#ready(), { inputs, ...options });
        return new provider.CreateResponse().setId(id).setProperties(toStruct(this.#sdk, properties));
      }),
      update: this.#unary(async (request: pb.UpdateRequest) => {
        const { properties } = await write(this.#ready(), {
          urn: request.getUrn(),
          inputs: toFields(request.getNews()),
          preview: request.getPreview(),
          timeoutSeconds: request.getTimeout(),
          before: readState(toFields(request.getOlds())),
          ignoreChanges: request.getIgnorechangesList(),
        });
        return new provider.UpdateResponse().setProperties(toStruct(this.#sdk, properties));
      }),
      read: this.#unary(async (request: pb.ReadRequest) => {
        const [inputs, properties] = [toFields(request.getInputs()), toFields(request.getProperties())];
        const kind = kindOfToken(typeOf(request.getUrn()));
        const found = await read(this.#ready(), {
          urn: request.getUrn(),
          id: request.getId(),
          kind,
          inputs,
          properties,
        });
        if (!found) return new provider.ReadResponse();
        return new provider.ReadResponse()
          .setId(found.id)
          .setInputs(toStruct(this.#sdk, found.inputs))
          .setProperties(toStruct(this.#sdk, found.properties));
      }),
      delete: this.#unary(async (request: pb.DeleteRequest) => {
        const properties = toFields(request.getProperties());
        const options = { urn: request.getUrn(), id: request.getId(), timeoutSeconds: request.getTimeout() };
        await remove(this.#ready(), { properties, ...options });
        return new empty.Empty();
      }),
    };
  }

  #ready(): Session {
    if (this.#session) return this.#session;
    throw new Error("the engine has not configured the plugin");
  }

  #unary<Request, Response>(answer: (request: Request) => Promise<Response>): handleUnaryCall<Request, Response> {
    return (call, reply) => {
      answer(call.request).then(
        (response) => reply(null, response),
        (error: unknown) => reply(failure(this.#sdk, error, secretsOf(call.request))),
      );
    };
  }
}

/** The type in `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function namingOf(request: pb.CheckRequest): Naming {
  const modes = { 0: "propose", 1: "enforce", 2: "disable" } as const;
  const options = request.getAutonaming();
  const policy = options && { mode: modes[options.getMode()], proposed: options.getProposedName() };
  const resource = request.getUrn().split("::").slice(3).join("::");
  return { resource, seed: request.getRandomseed_asU8(), ...(policy ? { policy } : {}) };
}

/** Provider arguments as text; those that are no text come as JSON. */
function variablesOf(fields: Fields): Record<string, string> {
  const given = Object.entries(reveal(fields) as Fields).filter(([, value]) => !isUnknown(value));
  return Object.fromEntries(
    given.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** Whatever a request holds that no message may show. */
function secretsOf(request: unknown): Fields {
  const message = request as Partial<pb.UpdateRequest & pb.CreateRequest>;
  return {
    news: toFields(message.getNews?.()),
    olds: toFields(message.getOlds?.()),
    properties: toFields(message.getProperties?.()),
  };
}
