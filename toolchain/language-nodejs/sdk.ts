// The host brings no packages of its own: it speaks gRPC with those of the project it serves, so their versions always agree.
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as grpc from "@grpc/grpc-js";
import type * as services from "@pulumi/pulumi/proto/language_grpc_pb.js";
import type * as language from "@pulumi/pulumi/proto/language_pb.js";
import type * as plugin from "@pulumi/pulumi/proto/plugin_pb.js";

export interface Sdk {
  version: string;
  grpc: typeof grpc;
  services: typeof services;
  language: typeof language;
  plugin: typeof plugin;
}

/** The path of a module as a file in `directory` would import it. */
export function resolveFrom(directory: string, module: string): string {
  try {
    return createRequire(join(directory, "package.json")).resolve(module);
  } catch (cause) {
    throw new Error(
      `the Pulumi SDK is not installed: given ${directory}; it or a directory above it must have ${module} in ` +
        "node_modules; run npm ci there",
      { cause },
    );
  }
}

export function loadSdk(directory: string): Sdk {
  const sdk = createRequire(resolveFrom(directory, "@pulumi/pulumi/package.json"));
  return {
    version: sdk("./package.json").version,
    grpc: sdk("@grpc/grpc-js"),
    services: sdk("./proto/language_grpc_pb"),
    language: sdk("./proto/language_pb"),
    plugin: sdk("./proto/plugin_pb"),
  };
}
