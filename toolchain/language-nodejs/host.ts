// The calls of Pulumi's LanguageRuntime service that running and checking a program needs. Code generation is left out:
// an absent method answers "unimplemented", which the engine takes as it is.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  ServerWritableStream,
  UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type * as pb from "@pulumi/pulumi/proto/language_pb.js";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb.js";
import type { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import { end, start, stop, stopAll } from "./children.ts";
import { programDependencies, requiredPlugins } from "./packages.ts";
import { nodeArguments, type Options, outcomeOf, runArguments, runEnvironment } from "./run.ts";
import { resolveFrom, type Sdk } from "./sdk.ts";

const RUN_PLUGIN = join(import.meta.dirname, "plugin.ts");
const PRELOADED = ["--import", join(import.meta.dirname, "lazy.ts")];

export function createHost(sdk: Sdk, engine: string): UntypedServiceImplementation {
  return {
    ...information(sdk),
    run: unary((request: pb.RunRequest) => run(sdk, engine, request)),
    runPlugin: streaming(async (call: ServerWritableStream<pb.RunPluginRequest, pb.RunPluginResponse>) => {
      call.write(new sdk.language.RunPluginResponse().setExitcode(await runPlugin(sdk, call)));
    }),
    installDependencies: streaming(
      (call: ServerWritableStream<pb.InstallDependenciesRequest, pb.InstallDependenciesResponse>) => install(sdk, call),
    ),
    cancel: unary(async (request: Empty) => {
      stopAll();
      return request;
    }),
  };
}

function information({ language, plugin, version }: Sdk) {
  const plugins = (info?: pb.ProgramInfo) => requiredPlugins(info?.getProgramDirectory() ?? process.cwd());
  return {
    handshake: unary(async (_: pb.LanguageHandshakeRequest) => new language.LanguageHandshakeResponse()),
    getPluginInfo: unary(async (_: Empty): Promise<PluginInfo> => new plugin.PluginInfo().setVersion(version)),
    getRequiredPackages: unary(async (request: pb.GetRequiredPackagesRequest) =>
      new language.GetRequiredPackagesResponse().setPackagesList(
        plugins(request.getInfo()).map(({ name, version, server }) =>
          new plugin.PackageDependency().setName(name).setKind("resource").setVersion(version).setServer(server),
        ),
      ),
    ),
    getRequiredPlugins: unary(async (request: pb.GetRequiredPluginsRequest) =>
      new language.GetRequiredPluginsResponse().setPluginsList(
        plugins(request.getInfo()).map(({ name, version, server }) =>
          new plugin.PluginDependency().setName(name).setKind("resource").setVersion(version).setServer(server),
        ),
      ),
    ),
    getProgramDependencies: unary(async (request: pb.GetProgramDependenciesRequest) => {
      const directory = request.getInfo()?.getProgramDirectory() ?? process.cwd();
      return new language.GetProgramDependenciesResponse().setDependenciesList(
        programDependencies(directory, request.getTransitivedependencies()).map(({ name, version }) =>
          new language.DependencyInfo().setName(name).setVersion(version),
        ),
      );
    }),
    runtimeOptionsPrompts: unary(async (_: pb.RuntimeOptionsRequest) => new language.RuntimeOptionsResponse()),
    about: unary(async (_: pb.AboutRequest) =>
      new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version),
    ),
  };
}

async function run(sdk: Sdk, engine: string, request: pb.RunRequest): Promise<pb.RunResponse> {
  const options = optionsOf(request.getInfo());
  const script = resolveFrom(request.getInfo()?.getProgramDirectory() || request.getPwd(), "@pulumi/pulumi/cmd/run");
  const child = start(
    process.execPath,
    [...PRELOADED, ...nodeArguments(options), script, ...runArguments(request, engine)],
    {
      // The engine shows every line of the host's own output to the user.
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...runEnvironment(request, options) },
    },
  );
  const { code, signal } = await end(child);
  const { error, bail } = outcomeOf(code, signal);
  return new sdk.language.RunResponse().setError(error).setBail(bail);
}

async function runPlugin(
  sdk: Sdk,
  call: ServerWritableStream<pb.RunPluginRequest, pb.RunPluginResponse>,
): Promise<number> {
  const { request } = call;
  const directory = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
  const options = optionsOf(request.getInfo());
  const program = [RUN_PLUGIN, directory, ...request.getArgsList()];
  const child = start(process.execPath, [...PRELOADED, ...nodeArguments(options), ...program], {
    stdio: ["ignore", "pipe", "pipe"],
    // @pulumi/policy reads its pack's version from the working directory.
    cwd: request.getKind() === "analyzer" ? directory : request.getPwd(),
    env: { ...process.env, ...environmentOf(request.getEnvList()) },
  });
  call.once("cancelled", () => stop(child));
  child.stdout?.on("data", (data: Buffer) => call.write(new sdk.language.RunPluginResponse().setStdout(data)));
  child.stderr?.on("data", (data: Buffer) => call.write(new sdk.language.RunPluginResponse().setStderr(data)));
  return (await end(child)).code ?? 1;
}

async function install(
  sdk: Sdk,
  call: ServerWritableStream<pb.InstallDependenciesRequest, pb.InstallDependenciesResponse>,
): Promise<void> {
  const directory = call.request.getInfo()?.getProgramDirectory() || call.request.getDirectory();
  const command = existsSync(join(directory, "package-lock.json")) ? "ci" : "install";
  const child = start("npm", [command, "--no-audit", "--no-fund"], {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
  });
  call.once("cancelled", () => stop(child));
  child.stdout?.on("data", (data: Buffer) =>
    call.write(new sdk.language.InstallDependenciesResponse().setStdout(data)),
  );
  child.stderr?.on("data", (data: Buffer) =>
    call.write(new sdk.language.InstallDependenciesResponse().setStderr(data)),
  );
  const { code } = await end(child);
  if (code !== 0) throw new Error(`npm ${command} in ${directory} exited with ${code}; its own words are above`);
}

function optionsOf(info: pb.ProgramInfo | undefined): Options {
  return (info?.getOptions()?.toJavaScript() ?? {}) as Options;
}

function environmentOf(list: string[]): Record<string, string> {
  return Object.fromEntries(list.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

function unary<Request, Response>(answer: (request: Request) => Promise<Response>): handleUnaryCall<Request, Response> {
  return (call, reply) => {
    answer(call.request).then(
      (response) => reply(null, response),
      (error: Error) => reply({ code: 2, details: error.message }),
    );
  };
}

function streaming<Request, Response>(
  serve: (call: ServerWritableStream<Request, Response>) => Promise<void>,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    serve(call).then(
      () => call.end(),
      (error: Error) => call.emit("error", { code: 2, details: error.message }),
    );
  };
}
