/** The plugin brings no packages of its own: it speaks with those of the project it serves, so their versions always agree. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as grpc from "@grpc/grpc-js";
import type * as client from "@kubernetes/client-node";
import type * as engineServices from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type * as engine from "@pulumi/pulumi/proto/engine_pb.js";
import type * as plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import type * as services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as provider from "@pulumi/pulumi/proto/provider_pb.js";
import type * as status from "@pulumi/pulumi/proto/status_pb.js";
import type * as any from "google-protobuf/google/protobuf/any_pb.js";
import type * as empty from "google-protobuf/google/protobuf/empty_pb.js";
import type * as struct from "google-protobuf/google/protobuf/struct_pb.js";
import { Refusal } from "./refusal.ts";

export interface Sdk {
  /** Of the npm package @pulumi/kubernetes: the engine asks for the plugin of the same version. */
  version: string;
  grpc: typeof grpc;
  services: typeof services;
  provider: typeof provider;
  engine: typeof engine;
  engineServices: typeof engineServices;
  plugin: typeof plugin;
  status: typeof status;
  any: typeof any;
  empty: typeof empty;
  struct: typeof struct;
}

export function loadSdk(directory: string): Sdk {
  const sdk = createRequire(resolve(directory, "@pulumi/pulumi/package.json"));
  return {
    version: createRequire(import.meta.url)(resolve(directory, "@pulumi/kubernetes/package.json")).version,
    grpc: sdk("@grpc/grpc-js"),
    services: sdk("./proto/provider_grpc_pb"),
    provider: sdk("./proto/provider_pb"),
    engine: sdk("./proto/engine_pb"),
    engineServices: sdk("./proto/engine_grpc_pb"),
    plugin: sdk("./proto/plugin_pb"),
    status: sdk("./proto/status_pb"),
    any: sdk("google-protobuf/google/protobuf/any_pb"),
    empty: sdk("google-protobuf/google/protobuf/empty_pb"),
    struct: sdk("google-protobuf/google/protobuf/struct_pb"),
  };
}

/** Takes half a second, so it is loaded when the engine configures the plugin and not before. */
export async function loadClient(directory: string): Promise<typeof client> {
  return import(pathToFileURL(resolve(directory, "@kubernetes/client-node")).href);
}

function resolve(directory: string, module: string): string {
  try {
    return createRequire(join(directory, "package.json")).resolve(module);
  } catch {
    const name = module.split("/").slice(0, 2).join("/");
    throw new Refusal({
      what: `${name} is not installed`,
      given: `node_modules of ${directory} and above`,
      allowed: "a project that has the package",
      remedy: `run npm ci in ${directory}`,
    });
  }
}
