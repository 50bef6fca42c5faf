/** Inputs completed with what the program may leave out: apiVersion, kind, namespace and name. */

import { AUTONAMED, autoname, type Naming } from "./names.ts";
import { fields, type Kind, text } from "./objects.ts";
import { Refusal } from "./refusal.ts";
import { type Fields, isFields, isSecret, isUnknown, reveal, secret, type Value } from "./values.ts";

export interface CheckContext {
  kind: Kind;
  olds: Fields;
  naming: Naming;
  /** The namespace for an object of this kind that names none, or undefined where it has none. */
  namespace: string | undefined;
}

/** Secrets and unknowns stay as they are; a metadata that is unknown as a whole is left alone. */
export function checkInputs(news: Fields, { kind, olds, naming, namespace }: CheckContext): Fields {
  const given: Fields = { apiVersion: kind.apiVersion, kind: kind.kind, ...news };
  requireKind(given, kind);
  const metadata = given.metadata ?? {};
  if (isUnknown(metadata)) return given;
  const plain = isSecret(metadata) ? metadata.value : metadata;
  if (!isFields(plain)) throw wrongMetadata(plain);
  const named = withNamespace(withName(plain, fields(reveal(olds), "metadata"), naming), namespace);
  return { ...given, metadata: isSecret(metadata) ? secret(named) : named };
}

function withName(metadata: Fields, old: Fields, naming: Naming): Fields {
  if (isGiven(metadata.name)) return metadata;
  if (isGiven(metadata.generateName)) {
    throw new Refusal({
      what: `${naming.resource}: metadata.generateName can't be used with server-side apply`,
      given: String(metadata.generateName),
      allowed: "metadata.name, or neither of them",
      remedy: "leave both out; the plugin then gives a unique name that starts with the resource's own",
    });
  }
  const adopted = text(old, "annotations", AUTONAMED) === "true" ? text(old, "name") : "";
  const annotations = metadata.annotations ?? {};
  return {
    ...metadata,
    name: adopted || autoname(naming),
    ...(isFields(annotations) && !isSecret(annotations)
      ? { annotations: { ...annotations, [AUTONAMED]: "true" } }
      : {}),
  };
}

function withNamespace(metadata: Fields, namespace: string | undefined): Fields {
  return namespace === undefined || isGiven(metadata.namespace) ? metadata : { ...metadata, namespace };
}

const isGiven = (value: Value | undefined): boolean => value !== undefined && value !== null && value !== "";

function requireKind(given: Fields, { apiVersion, kind }: Kind): void {
  if (given.kind === kind || isUnknown(given.kind)) return;
  throw new Refusal({
    what: "the kind contradicts the resource type",
    given: `kind ${String(given.kind)} in a resource of ${apiVersion} ${kind}`,
    allowed: kind,
    remedy: "leave kind out, or use the class of that kind",
  });
}

function wrongMetadata(value: Value): Refusal {
  return new Refusal({
    what: "metadata is no object",
    given: JSON.stringify(value),
    allowed: "an object with name, namespace, labels, annotations",
    remedy: "correct metadata",
  });
}
