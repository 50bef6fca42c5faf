/** Values and failures in the engine's own messages. */
import type * as grpc from "@grpc/grpc-js";
import type * as pb from "@pulumi/pulumi/proto/provider_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { format } from "./compare.ts";
import type { ObjectDiff } from "./diff.ts";
import type { Sdk } from "./sdk.ts";
import { type Fields, mask } from "./values.ts";
import { NotReady } from "./write.ts";

export const toFields = (struct: Struct | undefined): Fields => (struct?.toJavaScript() ?? {}) as Fields;

export function toStruct({ struct }: Sdk, fields: Fields): Struct {
  return struct.Struct.fromJavaScript(fields as Parameters<typeof struct.Struct.fromJavaScript>[0]);
}

export function diffResponse({ provider }: Sdk, { changes, deleteBeforeReplace }: ObjectDiff): pb.DiffResponse {
  const { DiffResponse, PropertyDiff } = provider;
  const { Kind } = PropertyDiff;
  const kinds = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
  } as const;
  const response = new DiffResponse()
    .setChanges(changes.length > 0 ? DiffResponse.DiffChanges.DIFF_SOME : DiffResponse.DiffChanges.DIFF_NONE)
    .setDiffsList([...new Set(changes.map(({ path }) => String(path[0])))])
    .setReplacesList(changes.filter(({ replace }) => replace).map(({ path }) => format(path)))
    .setDeletebeforereplace(deleteBeforeReplace)
    .setHasdetaileddiff(true);
  for (const { path, kind, replace } of changes) {
    const detail = new PropertyDiff().setKind(kinds[kind][replace ? 1 : 0]).setInputdiff(kind === "delete");
    response.getDetaileddiffMap().set(format(path), detail);
  }
  return response;
}

/** A failure as gRPC carries it; that of an object that is not ready takes along what there is of it. */
export function failure(sdk: Sdk, error: unknown, inputs: Fields): Partial<grpc.StatusObject> {
  const code = sdk.grpc.status.UNKNOWN;
  const details = mask(error instanceof Error ? error.message : String(error), inputs);
  if (!(error instanceof NotReady)) return { code, details };
  const { ErrorResourceInitFailed } = sdk.provider;
  const detail = new ErrorResourceInitFailed()
    .setId(error.id)
    .setProperties(toStruct(sdk, error.properties))
    .setReasonsList(error.reasons.map((reason) => mask(reason, inputs)));
  if (error.inputs) detail.setInputs(toStruct(sdk, error.inputs));
  const packed = new sdk.any.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new sdk.status.Status();
  status.setCode(code);
  status.setMessage(details);
  status.addDetails(packed);
  const metadata = new sdk.grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code, details, metadata };
}
